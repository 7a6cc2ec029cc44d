--
-- Distinct counts: the one count of a group.
--

CREATE FUNCTION adpipe_internal.one_count(bigint, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'adpipe_one_count'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.one_count(bigint, bigint) IS
	'Transition and combine function of adpipe.reach and adpipe.unique_users: the argument that is not NULL. Two counts are error 21000.';

CREATE AGGREGATE adpipe.reach(reach bigint) (
	SFUNC = adpipe_internal.one_count,
	STYPE = bigint,
	COMBINEFUNC = adpipe_internal.one_count,
	PARALLEL = safe
);
COMMENT ON AGGREGATE adpipe.reach(bigint) IS
	'People reached: the one count of the group. NULL if the group has none. A second count in the group is error 21000, because the same people may be in both.';

CREATE AGGREGATE adpipe.unique_users(unique_users bigint) (
	SFUNC = adpipe_internal.one_count,
	STYPE = bigint,
	COMBINEFUNC = adpipe_internal.one_count,
	PARALLEL = safe
);
COMMENT ON AGGREGATE adpipe.unique_users(bigint) IS
	'Different users: the one count of the group. NULL if the group has none. A second count in the group is error 21000, because the same users may be in both.';
