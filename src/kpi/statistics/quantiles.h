/*
 * quantiles.h
 *		Quantiles of the normal and the beta distribution.
 *
 * Pure arithmetic: knows neither SQL nor errors.  Callers check the ranges;
 * within them every result is finite.
 */
#ifndef ADP_KPI_STATISTICS_QUANTILES_H
#define ADP_KPI_STATISTICS_QUANTILES_H

/*
 * z such that a standard normal lies between -z and z with this probability,
 * which is above 0 and below 1: 1.959963985 for 0.95.
 */
extern double adp_normal_critical(double confidence);

/*
 * The value t that a Beta(a, b) is below with probability tail, and in
 * *complement 1 - t, both with full relative precision however near 0 or 1
 * they are.  tail is above 0 and at most 0.5 (take the complement of
 * Beta(b, a) for the other half); a and b are from 1 to about 1e19.
 */
extern double adp_beta_quantile(double tail, double a, double b,
								double *complement);

#endif /* ADP_KPI_STATISTICS_QUANTILES_H */
