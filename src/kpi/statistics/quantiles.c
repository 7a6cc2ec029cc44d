/*
 * quantiles.c
 *		Quantiles of the normal and the beta distribution.
 *
 * Both are found by Newton's method on the logarithm of a probability.  The
 * distributions are log-concave, so that from one side of the root every step
 * stays on that side, and from the other side the first step changes over:
 * the method cannot fail to converge, and needs no tables of coefficients.
 *
 * The probability of the beta distribution comes from quadrature in
 * logit(t), measured from the mode.  Unlike the continued fraction in common
 * use, whose terms grow with the square root of the parameters, that takes
 * the same effort for 5 trials and for 2^62.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "kpi/statistics/quantiles.h"

/* Newton doubles the digits in each step: about 6 are taken */
#define MAX_STEPS 100

/*
 * The double exponential rule for integrals from 0 to infinity of what decays
 * at least exponentially: r = exp(t - exp(-t)) at equal steps of t.
 */
#define NODES_PER_UNIT 16
#define FIRST_NODE (-4 * NODES_PER_UNIT)
#define LAST_NODE (4 * NODES_PER_UNIT + 12)
#define NODES (LAST_NODE - FIRST_NODE + 1)

/* from here on the series below is exact to the last digit */
#define STIRLING_FROM 16

/* a step of this part of the width leaves an error of its square */
#define STEP_ENOUGH 1e-9

/* of a logit: the relative precision of t */
#define LOGIT_PRECISION 1e-15

/* A beta distribution on the logit scale, measured from its mode. */
typedef struct Beta
{
	double a;
	double b;
	double sum;		  /* a + b */
	double mode;	  /* a / (a + b) */
	double rest;	  /* 1 - mode */
	double width;	  /* standard deviation of the normal that fits the mode */
	double log_total; /* log of the integral of exp(change from the mode) */
} Beta;

/* A probability and its complement, each with full relative precision. */
typedef struct Point
{
	double t;
	double complement;
} Point;

/* Nodes and weights of the quadrature. */
typedef struct Rule
{
	double node[NODES];
	double weight[NODES];
} Rule;

/*
 * For probabilities up to one half erf(w) = p is solved, which is concave:
 * the steps from 0 never pass the root.  Beyond, log erfc(w) = log(1 - p),
 * from the bound erfc(w) <= exp(-w^2), which lies beyond the root.
 */
double
adp_normal_critical(double confidence)
{
	bool is_central = confidence <= 0.5;
	double outside = 1 - confidence;
	double w = is_central ? 0 : sqrt(-log(outside));

	for (int i = 0; i < MAX_STEPS; i++)
	{
		double slope = M_2_SQRTPI * exp(-w * w);
		double step = is_central
			? (confidence - erf(w)) / slope
			: erfc(w) / slope * (log(erfc(w)) - log(outside));

		w += step;
		if (fabs(step) <= STEP_ENOUGH * w)
			break;
	}
	return w * M_SQRT2;
}

/*
 * log gamma(x) - (x - 1/2) log x + x - log(2 pi) / 2: the error of Stirling's
 * formula.
 */
static double
stirling_error(double x)
{
	double y = 1 / (x * x);

	if (x < STIRLING_FROM)
		return lgamma(x) - (x - 0.5) * log(x) + x - 0.5 * log(2 * M_PI);
	return (1.0 / 12 -
			(1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - y / 1188) * y) * y) * y) /
		x;
}

/*
 * Fills the nodes and weights of the quadrature.
 */
static void
make_rule(Rule *rule)
{
	for (int i = 0; i < NODES; i++)
	{
		double t = (double) (FIRST_NODE + i) / NODES_PER_UNIT;
		double fall = exp(-t);

		rule->node[i] = exp(t - fall);
		rule->weight[i] = rule->node[i] * (1 + fall) / NODES_PER_UNIT;
	}
}

/*
 * The distribution with its constants.  The integral over the logit is
 * B(a, b) / (mode^a rest^b), in which all that is large cancels out.
 */
static Beta
make_beta(double a, double b)
{
	Beta beta;

	beta.a = a;
	beta.b = b;
	beta.sum = a + b;
	beta.mode = a / beta.sum;
	beta.rest = b / beta.sum;
	beta.width = 1 / sqrt(a * beta.rest);
	beta.log_total = log(beta.width) + 0.5 * log(2 * M_PI) + stirling_error(a) +
		stirling_error(b) - stirling_error(beta.sum);
	return beta;
}

/*
 * The point at this distance, in logits, from the mode.
 */
static Point
point_at(const Beta *beta, double distance)
{
	double odds = beta->mode * exp(distance);
	Point point;

	point.t = odds / (beta->rest + odds);
	point.complement = beta->rest / (beta->rest + odds);
	return point;
}

/*
 * How the logarithm of the density changes from a point to the one that is r
 * logits lower.  Of two equal forms the one with the smaller factor loses no
 * digits.
 */
static double
change(const Beta *beta, Point point, double r)
{
	if (beta->a <= beta->b)
		return -beta->a * r - beta->sum * log1p(point.t * expm1(-r));
	return beta->b * r - beta->sum * log1p(point.complement * expm1(r));
}

/*
 * The probability below a point, divided by the density there.
 */
static double
tail_over_density(const Beta *beta, const Rule *rule, Point point)
{
	double slope = beta->a * point.complement - beta->b * point.t;
	double curvature = beta->sum * point.t * point.complement;
	double scale = 1 / (Max(slope, 0) + sqrt(curvature));
	double sum = 0;

	for (int i = 0; i < NODES; i++)
		sum +=
			rule->weight[i] * exp(change(beta, point, scale * rule->node[i]));
	return sum * scale;
}

/*
 * See quantiles.h.  Starts below the root, at the normal bound of the tail.
 */
double
adp_beta_quantile(double tail, double a, double b, double *complement)
{
	Beta beta = make_beta(a, b);
	Point mode = {beta.mode, beta.rest};
	Point point;
	Rule rule;
	double distance = -sqrt(-2 * log(2 * tail)) * beta.width;

	make_rule(&rule);
	for (int i = 0; i < MAX_STEPS; i++)
	{
		double ratio;
		double log_tail;
		double step;

		point = point_at(&beta, distance);
		ratio = tail_over_density(&beta, &rule, point);
		log_tail = change(&beta, mode, -distance) + log(ratio) - beta.log_total;
		step = (log(tail) - log_tail) * ratio;
		distance += step;
		if (fabs(step) <= Max(STEP_ENOUGH * beta.width, LOGIT_PRECISION))
			break;
	}
	point = point_at(&beta, distance);
	*complement = point.complement;
	return point.t;
}
