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

-- The same for the other platforms.
CREATE SERVER meta FOREIGN DATA WRAPPER meta_ads
    OPTIONS (endpoint :'endpoint', account_id '*');
CREATE USER MAPPING FOR CURRENT_USER SERVER meta
    OPTIONS (access_token 'EAAsampletoken');
CREATE SERVER flyer FOREIGN DATA WRAPPER appsflyer
    OPTIONS (endpoint :'endpoint', app_id :'apps');
CREATE USER MAPPING FOR CURRENT_USER SERVER flyer
    OPTIONS (api_token :'flyer_token');
CREATE SERVER tiktok FOREIGN DATA WRAPPER tiktok_ads
    OPTIONS (endpoint :'endpoint', advertiser_id :'tiktok_advertisers');
CREATE USER MAPPING FOR CURRENT_USER SERVER tiktok
    OPTIONS (access_token :'tiktok_token');
CREATE SERVER naver FOREIGN DATA WRAPPER naver_searchad
    OPTIONS (endpoint :'endpoint', customer_id '*', manager_account_id :'naver_manager');
CREATE USER MAPPING FOR CURRENT_USER SERVER naver
    OPTIONS (api_key :'naver_api_key', secret_key :'naver_secret_key');
CREATE SERVER kakao FOREIGN DATA WRAPPER kakao_moment
    OPTIONS (endpoint :'endpoint', account_id :'kakao_accounts');
CREATE USER MAPPING FOR CURRENT_USER SERVER kakao
    OPTIONS (access_token :'kakao_token');
CREATE SCHEMA meta;
CREATE SCHEMA flyer;
CREATE SCHEMA tiktok;
CREATE SCHEMA naver;
CREATE SCHEMA kakao;
IMPORT FOREIGN SCHEMA reports FROM SERVER meta INTO meta;
IMPORT FOREIGN SCHEMA reports FROM SERVER flyer INTO flyer;
IMPORT FOREIGN SCHEMA reports FROM SERVER tiktok INTO tiktok;
IMPORT FOREIGN SCHEMA reports FROM SERVER naver INTO naver;
IMPORT FOREIGN SCHEMA reports FROM SERVER kakao INTO kakao;
CREATE SCHEMA ads;

-- One view over all of them.
CREATE SCHEMA google_common;
CREATE SCHEMA meta_common;
CREATE SCHEMA flyer_common;
CREATE SCHEMA tiktok_common;
CREATE SCHEMA naver_common;
CREATE SCHEMA kakao_common;
IMPORT FOREIGN SCHEMA common FROM SERVER google INTO google_common;
IMPORT FOREIGN SCHEMA common FROM SERVER meta INTO meta_common;
IMPORT FOREIGN SCHEMA common FROM SERVER flyer INTO flyer_common;
IMPORT FOREIGN SCHEMA common FROM SERVER tiktok INTO tiktok_common;
IMPORT FOREIGN SCHEMA common FROM SERVER naver INTO naver_common;
IMPORT FOREIGN SCHEMA common FROM SERVER kakao INTO kakao_common;
CREATE VIEW every_platform AS
    SELECT platform, account_id, date_day, currency, impressions, clicks, spend
    FROM google_common.campaign_report
    UNION ALL
    SELECT platform, account_id, date_day, currency, impressions, clicks, spend
    FROM meta_common.campaign_report
    UNION ALL
    SELECT platform, account_id, date_day, currency, impressions, clicks, spend
    FROM tiktok_common.campaign_report
    UNION ALL
    SELECT platform, account_id, date_day, currency, impressions, clicks, spend
    FROM naver_common.campaign_report
    UNION ALL
    SELECT platform, account_id, date_day, currency, impressions, clicks, spend
    FROM kakao_common.campaign_report
    UNION ALL
    SELECT platform, account_id, date_day, currency, impressions, clicks, spend
    FROM flyer_common.tracker_report;
