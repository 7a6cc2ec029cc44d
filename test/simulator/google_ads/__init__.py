"""Google Ads: query language, rules, reports and sign-in."""
