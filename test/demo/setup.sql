-- What a user does once: extension, server, credentials, tables.
\set ECHO none
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION adpipe;
CREATE SERVER google FOREIGN DATA WRAPPER google_ads
    OPTIONS (endpoint :'endpoint', token_endpoint :'token_endpoint',
             customer_id '*', login_customer_id :'manager');
CREATE USER MAPPING FOR CURRENT_USER SERVER google
    OPTIONS (client_id 'sample-client.apps.googleusercontent.com',
             client_secret 'sample-secret', refresh_token '1//sample-refresh');
CREATE SCHEMA google;
IMPORT FOREIGN SCHEMA reports FROM SERVER google INTO google;
