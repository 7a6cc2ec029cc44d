/*
 * quotient.h
 *		The one division that ends every ratio KPI.
 */
#ifndef ADP_KPI_CORE_QUOTIENT_H
#define ADP_KPI_CORE_QUOTIENT_H

#include "kpi/core/fixed.h"

typedef enum AdpForm
{
	ADP_FORM_PLAIN, /* numerator / denominator */
	ADP_FORM_MILLE, /* 1000 * numerator / denominator */
	ADP_FORM_GAIN,	/* (numerator - denominator) / denominator */
} AdpForm;

extern Datum adp_quotient(AdpFixed numerator, AdpFixed denominator,
						  AdpForm form);

#endif /* ADP_KPI_CORE_QUOTIENT_H */
