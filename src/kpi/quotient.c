/*
 * quotient.c
 *		The one division that ends every ratio KPI.
 *
 * It is the server's own, so that the digits are those of the same KPI
 * written with sum() and "/".
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/fmgrprotos.h"

#include "kpi/quotient.h"

#define MILLE 1000

/*
 * A fixed-point number as the server's.
 */
static Datum
to_numeric(AdpFixed value)
{
	return NumericGetDatum(adp_fixed_to_numeric(value.units, value.scale));
}

/*
 * Divides two sums, the second of which is not zero.  Returns a numeric in
 * the current context.
 */
Datum
adp_quotient(AdpFixed numerator, AdpFixed denominator, AdpForm form)
{
	Datum dividend = to_numeric(numerator);
	Datum divisor = to_numeric(denominator);

	switch (form)
	{
		case ADP_FORM_PLAIN:
			break;
		case ADP_FORM_MILLE:
			dividend =
				DirectFunctionCall2(numeric_mul,
									NumericGetDatum(int64_to_numeric(MILLE)),
									dividend);
			break;
		case ADP_FORM_GAIN:
			dividend = DirectFunctionCall2(numeric_sub, dividend, divisor);
			break;
	}
	return DirectFunctionCall2(numeric_div, dividend, divisor);
}
