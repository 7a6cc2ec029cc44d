"""AppsFlyer: app list, aggregate and raw-data Pull API."""
