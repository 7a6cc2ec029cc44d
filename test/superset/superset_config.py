"""Settings of a Superset that lives as long as a test; it is reached from this
machine only."""

import os

HOME = os.environ["SUPERSET_HOME"]
SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = "sqlite:///%s/superset.db?check_same_thread=false" % HOME
# The test signs in to the REST interface without a form.
WTF_CSRF_ENABLED = False
# Redirects to HTTPS, which nothing here speaks.
TALISMAN_ENABLED = False
