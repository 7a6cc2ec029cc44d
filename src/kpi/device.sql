--
-- Devices: what the platforms call them, and what they have in common.
--

CREATE FUNCTION adpipe.device_class(device text)
	RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE
		WHEN lower(device) IN ('desktop', 'pc', 'p') THEN 'desktop'
		WHEN lower(device) IN ('mobile', 'tablet', 'mobile_app', 'mobile_web', 'm', 'android', 'ios') THEN 'mobile'
		ELSE 'other'
	END;
COMMENT ON FUNCTION adpipe.device_class(text) IS
	'What a platform''s word for a device means on all platforms that report devices: desktop for computers (DESKTOP of Google, desktop of Meta, P of Naver, PC of Kakao), mobile for what people carry (MOBILE and TABLET of Google, mobile_app and mobile_web of Meta, M of Naver, Android and iOS of Kakao), other for the rest, such as televisions and devices that the platform does not know. NULL for NULL.';
