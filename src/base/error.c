/*
 * error.c
 *	  Errors as values, and the one map from error class to SQLSTATE.
 */
#include "postgres.h"

#include "pgtime.h"

#include "base/error.h"

/* Indexed by AdpErrorClass. */
static const int sqlstates[] = {
	[ADP_OK] = ERRCODE_SUCCESSFUL_COMPLETION,
	[ADP_ERR_OPTION_NAME] = ERRCODE_FDW_INVALID_OPTION_NAME,
	[ADP_ERR_OPTION_MISSING] = ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED,
	[ADP_ERR_ARGUMENT] = ERRCODE_INVALID_PARAMETER_VALUE,
	[ADP_ERR_REPORT] = ERRCODE_FDW_TABLE_NOT_FOUND,
	[ADP_ERR_COLUMN] = ERRCODE_FDW_COLUMN_NAME_NOT_FOUND,
	[ADP_ERR_COLUMN_TYPE] = ERRCODE_FDW_INVALID_DATA_TYPE,
	[ADP_ERR_CONNECT] = ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION,
	[ADP_ERR_CREDENTIALS] = ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
	[ADP_ERR_REFUSED] = ERRCODE_FDW_UNABLE_TO_CREATE_EXECUTION,
	[ADP_ERR_REPLY] = ERRCODE_FDW_UNABLE_TO_CREATE_REPLY,
	[ADP_ERR_FORMAT] = ERRCODE_FDW_INVALID_STRING_FORMAT,
	[ADP_ERR_LIMIT] = ERRCODE_PROGRAM_LIMIT_EXCEEDED,
	[ADP_ERR_QUOTA] = ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	[ADP_ERR_REACH] = ERRCODE_DATETIME_FIELD_OVERFLOW,
	[ADP_ERR_PRIVILEGE] = ERRCODE_INSUFFICIENT_PRIVILEGE,
	[ADP_ERR_VALUE_SYNTAX] = ERRCODE_INVALID_TEXT_REPRESENTATION,
	[ADP_ERR_VALUE_RANGE] = ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
	[ADP_ERR_ENCODING] = ERRCODE_FEATURE_NOT_SUPPORTED,
	[ADP_ERR_MEMORY] = ERRCODE_FDW_OUT_OF_MEMORY,
};

StaticAssertDecl(lengthof(sqlstates) == ADP_ERROR_CLASS_COUNT,
				 "every error class has its SQLSTATE");

/*
 * Fills *error unless it already holds one.
 */
void
adp_error_set(AdpError *error, AdpErrorClass class, const char *message,
			  const char *detail, const char *hint)
{
	if (error->class != ADP_OK)
		return;
	error->class = class;
	error->message = message;
	error->detail = detail;
	error->hint = hint;
}

/*
 * Returns the SQLSTATE of a class.
 */
int
adp_error_sqlstate(AdpErrorClass class)
{
	Assert(class >= ADP_OK && class < ADP_ERROR_CLASS_COUNT);
	return sqlstates[class];
}

/*
 * Adds the earliest time for a retry to the error being reported, and the day
 * that the platform still prepares.  A quota whose end is not known is marked,
 * too: without a mark, the SQLSTATE means this server's limit of temporary files.
 */
static int
err_retry_at(const AdpError *error)
{
	pg_time_t when = error->retry_at;
	char text[40];

	if (when < 0)
		return err_generic_string(PG_DIAG_CONSTRAINT_NAME, "retry_at=never");
	if (when == 0)
		return err_generic_string(PG_DIAG_CONSTRAINT_NAME, ADP_RETRY_UNKNOWN);
	pg_strftime(text, sizeof(text), "retry_at=%Y-%m-%dT%H:%M:%SZ",
				pg_gmtime(&when));
	return err_generic_string(PG_DIAG_CONSTRAINT_NAME,
							  error->late_day ? psprintf("%s late_day=%s", text,
														 error->late_day)
											  : text);
}

/*
 * Throws *error.  The code that set the texts has formatted and, where needed,
 * translated them; hence the _internal variants.
 */
void
adp_error_throw(const AdpError *error)
{
	Assert(error->class != ADP_OK);
	ereport(ERROR,
			(errcode(adp_error_sqlstate(error->class)),
			 errmsg_internal("%s", error->message),
			 error->detail ? errdetail_internal("%s", error->detail) : 0,
			 error->hint ? errhint("%s", error->hint) : 0,
			 error->class == ADP_ERR_QUOTA ? err_retry_at(error) : 0));
	pg_unreachable();
}
