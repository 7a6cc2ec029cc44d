/*
 * money.sql: amounts in one currency, by rates that each owner of copies keeps.
 *
 * A rate is of one day.  What has no rate is an error: a sum without it, or with
 * the rate of another day, would look like the whole.
 */

CREATE TABLE adpipe.owned_fx_rates (
    owner name,
    day date,
    from_currency text CONSTRAINT from_currency_is_iso_4217 CHECK (from_currency ~ '^[A-Z]{3}$'),
    to_currency text CONSTRAINT to_currency_is_iso_4217 CHECK (to_currency ~ '^[A-Z]{3}$'),
    rate numeric NOT NULL CONSTRAINT rate_is_positive CHECK (rate > 0 AND rate < 'Infinity'),
    PRIMARY KEY (owner, from_currency, to_currency, day),
    CONSTRAINT currencies_differ CHECK (from_currency <> to_currency)
);
COMMENT ON TABLE adpipe.owned_fx_rates IS 'The rows of adpipe.fx_rates, of all owners.';
COMMENT ON COLUMN adpipe.owned_fx_rates.owner IS 'Role whose copies the rate is for.';
COMMENT ON COLUMN adpipe.owned_fx_rates.day IS 'Day on which it holds.';
COMMENT ON COLUMN adpipe.owned_fx_rates.from_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN adpipe.owned_fx_rates.to_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN adpipe.owned_fx_rates.rate IS 'Units of to_currency for one unit of from_currency.';
SELECT pg_extension_config_dump('adpipe.owned_fx_rates', '');
CREATE TRIGGER guard_owner BEFORE INSERT OR UPDATE ON adpipe.owned_fx_rates
    FOR EACH ROW EXECUTE FUNCTION adpipe_internal.guard_owner();
COMMENT ON TRIGGER guard_owner ON adpipe.owned_fx_rates IS 'Lets nobody write for another owner.';

CREATE VIEW adpipe.fx_rates AS
    SELECT r.owner, r.day, r.from_currency, r.to_currency, r.rate
    FROM adpipe.owned_fx_rates r
    WHERE adpipe_internal.is_of_role(r.owner);
ALTER VIEW adpipe.fx_rates ALTER COLUMN owner SET DEFAULT current_user;
COMMENT ON VIEW adpipe.fx_rates IS 'Rates of exchange, by which adpipe.convert() and the report views convert the money of their owner''s copies. Roles with the owner''s rights read and change it.';
COMMENT ON COLUMN adpipe.fx_rates.owner IS 'Role whose copies the rate is for; default: who inserts it.';
COMMENT ON COLUMN adpipe.fx_rates.day IS 'Day on which it holds, and no other.';
COMMENT ON COLUMN adpipe.fx_rates.from_currency IS 'ISO 4217 code, such as EUR.';
COMMENT ON COLUMN adpipe.fx_rates.to_currency IS 'ISO 4217 code, such as KRW.';
COMMENT ON COLUMN adpipe.fx_rates.rate IS 'Units of to_currency for one unit of from_currency.';
GRANT SELECT ON adpipe.fx_rates TO PUBLIC;

/* PL/pgSQL keeps the plan, which takes longer than the answer; views ask about each of their rows. */
CREATE FUNCTION adpipe_internal.reads_copies_of(owner name) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN adpipe_internal.is_of_role(owner)
           OR EXISTS (SELECT FROM adpipe.targets t WHERE adpipe_internal.owner_of(t.target) = $1)
           OR EXISTS (SELECT FROM adpipe.own_reports o WHERE o.owner = $1);
END
$$;
COMMENT ON FUNCTION adpipe_internal.reads_copies_of(name) IS
    'Whether the current user has the rights of a role or may read a copy or a registered report of it.';

CREATE VIEW adpipe.readable_fx_rates AS
    SELECT r.owner, r.day, r.from_currency, r.to_currency, r.rate
    FROM adpipe.owned_fx_rates r
    WHERE adpipe_internal.reads_copies_of(r.owner);
COMMENT ON VIEW adpipe.readable_fx_rates IS 'The rates of every owner of a copy that the reader may read: those that his conversions use.';
COMMENT ON COLUMN adpipe.readable_fx_rates.owner IS 'Role whose copies the rate is for.';
COMMENT ON COLUMN adpipe.readable_fx_rates.day IS 'Day on which it holds.';
COMMENT ON COLUMN adpipe.readable_fx_rates.from_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN adpipe.readable_fx_rates.to_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN adpipe.readable_fx_rates.rate IS 'Units of to_currency for one unit of from_currency.';
GRANT SELECT ON adpipe.readable_fx_rates TO PUBLIC;

/*
 * The rate itself, else the one the other way round, else by way of EUR, for which
 * the European Central Bank has its rates.
 */
CREATE FUNCTION adpipe_internal.known_fx_rate(from_currency text, day date, to_currency text, owner name) RETURNS numeric
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce(
        (SELECT r.rate FROM adpipe.readable_fx_rates r
         WHERE r.owner = $4 AND r.day = $2 AND r.from_currency = $1 AND r.to_currency = $3),
        (SELECT 1 / r.rate FROM adpipe.readable_fx_rates r
         WHERE r.owner = $4 AND r.day = $2 AND r.from_currency = $3 AND r.to_currency = $1));
END
$$;
COMMENT ON FUNCTION adpipe_internal.known_fx_rate(text, date, text, name) IS
    'The rate of a pair of currencies in either direction; NULL if there is none.';

CREATE FUNCTION adpipe_internal.find_fx_rate(currency text, day date, to_currency text, owner name) RETURNS numeric
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found numeric;
BEGIN
    IF currency !~ '^[A-Z]{3}$' OR to_currency !~ '^[A-Z]{3}$' THEN
        RAISE EXCEPTION '"%" is no code of a currency', CASE WHEN currency ~ '^[A-Z]{3}$' THEN to_currency ELSE currency END
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Currencies are ISO 4217 codes.',
                  HINT = 'Write three capital letters, such as KRW.';
    ELSIF currency = to_currency THEN
        RETURN 1;
    ELSIF currency IS NULL OR to_currency IS NULL OR day IS NULL THEN
        RAISE EXCEPTION 'an amount without % cannot be converted', CASE WHEN day IS NULL THEN 'day' ELSE 'currency' END
            USING ERRCODE = 'null_value_not_allowed',
                  DETAIL = format('It was to be converted from %s to %s on %s.', coalesce(currency, 'NULL'), coalesce(to_currency, 'NULL'), coalesce(day::text, 'NULL'));
    END IF;
    found := coalesce(adpipe_internal.known_fx_rate(currency, day, to_currency, owner),
                      adpipe_internal.known_fx_rate('EUR', day, to_currency, owner) / adpipe_internal.known_fx_rate('EUR', day, currency, owner));
    IF found IS NULL THEN
        RAISE EXCEPTION 'no rate from % to % on %', currency, to_currency, day
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('View adpipe.fx_rates has none of owner "%s", in neither direction and not by way of EUR.', owner),
                  HINT = format('As that role: INSERT INTO adpipe.fx_rates (day, from_currency, to_currency, rate) VALUES (%L, %L, %L, ...);', day, currency, to_currency);
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION adpipe_internal.find_fx_rate(text, date, text, name) IS
    'The rate of fx_rate(), which looks up each once in a query.';

/* In C, since a query that converts asks for each of its rows. */
CREATE FUNCTION adpipe.fx_rate(currency text, day date, to_currency text, owner name DEFAULT current_user) RETURNS numeric
    AS 'MODULE_PATHNAME', 'adpipe_fx_rate' LANGUAGE C STABLE;
COMMENT ON FUNCTION adpipe.fx_rate(text, date, text, name) IS
    'Units of to_currency for one unit of a currency on a day, by the rates of an owner of copies in adpipe.fx_rates: the rate itself, else the one the other way round, else by way of EUR. 1 for the same currency; an error if there is none.';

CREATE FUNCTION adpipe.convert(amount numeric, currency text, day date, to_currency text, owner name DEFAULT current_user) RETURNS numeric
    LANGUAGE sql STABLE
    RETURN CASE WHEN amount IS NOT NULL THEN amount * adpipe.fx_rate(currency, day, to_currency, owner) END;
COMMENT ON FUNCTION adpipe.convert(numeric, text, date, text, name) IS
    'An amount in another currency, not rounded, by adpipe.fx_rate(): the rate of that day of an owner of copies (default: the current user). A missing rate is an error; NULL stays NULL.';
