/*
 * funnel_match.c
 *		Which steps the rows of one moment serve if each row counts once.
 *
 * Rows at the same time may meet several steps each, and the level that they
 * reach depends on which row serves which step.  That is a matching of steps
 * to rows: a step is added by the search for an augmenting path.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "kpi/events/funnel.h"

/* a step that this many rows meet finds one whatever the others take */
#define ROWS_PER_STEP ADP_CONDITIONS_MAX
#define ROWS_MAX (ADP_CONDITIONS_MAX * ROWS_PER_STEP)

#define BIT(step) ((uint32) 1 << ((step) -1))

typedef struct Match
{
	int rows;
	uint32 conditions[ROWS_MAX]; /* of each row */
	int8 step_of[ROWS_MAX]; /* the step that the row serves; 0: it serves none */
	bool is_seen[ROWS_MAX]; /* by the search that is under way */
} Match;

/*
 * Picks rows so that each step has all of its rows, or more than it can need.
 */
static void
pick_rows(Match *match, const AdpEvent *events, uint32 count)
{
	int taken[ADP_CONDITIONS_MAX] = {0};
	uint32 wanted = PG_UINT32_MAX; /* steps that have not enough rows yet */

	match->rows = 0;
	for (uint32 i = 0; i < count && wanted != 0; i++)
	{
		uint32 conditions = events[i].conditions;

		CHECK_FOR_INTERRUPTS();
		if ((conditions & wanted) == 0)
			continue;
		for (int bit = 0; bit < ADP_CONDITIONS_MAX; bit++)
		{
			if ((conditions & BIT(bit + 1)) && ++taken[bit] == ROWS_PER_STEP)
				wanted &= ~BIT(bit + 1);
		}
		match->conditions[match->rows] = conditions;
		match->step_of[match->rows] = 0;
		match->rows++;
	}
}

/*
 * Finds a row for a step, moving other steps to other rows if need be.  The
 * recursion is no deeper than there are steps.
 */
static bool
find_row(Match *match, int step)
{
	for (int row = 0; row < match->rows; row++)
	{
		if (match->is_seen[row] || !(match->conditions[row] & BIT(step)))
			continue;
		match->is_seen[row] = true;
		if (match->step_of[row] == 0 || find_row(match, match->step_of[row]))
		{
			match->step_of[row] = step;
			return true;
		}
	}
	return false;
}

/*
 * Gives the row of a step back.
 */
static void
drop_step(Match *match, int step)
{
	for (int row = 0; row < match->rows; row++)
	{
		if (match->step_of[row] == step)
			match->step_of[row] = 0;
	}
}

/*
 * For each step: the lowest step such that the rows serve all steps from there
 * on, each row one step.  If they serve the steps from a on they serve those
 * from a + 1 on, so that the lowest step only grows.
 */
void
adp_funnel_match(const AdpEvent *events, uint32 count, int steps, int *earliest)
{
	Match match;
	int from = 1;

	pick_rows(&match, events, count);
	for (int step = 1; step <= steps; step++)
	{
		bool is_found;

		for (;;)
		{
			memset(match.is_seen, false, match.rows);
			is_found = find_row(&match, step);
			if (is_found || from == step)
				break;
			drop_step(&match, from++);
		}
		earliest[step - 1] = from;
		if (!is_found)
			from = step + 1;
	}
}
