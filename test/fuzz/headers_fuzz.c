/*
 * headers_fuzz.c
 *	  Fuzzes what is read from the headers of answers: waits and quotas.
 *
 * An input's first byte picks a header, its first line is the header's value,
 * the rest the path that was asked for.  A finding is: a negative percentage,
 * and a wait that is negative or longer than the longest that is believed.
 */
#include "postgres.h"

#include "fuzz.h"

#include "net/retry.h"
#include "platform/api/quota_usage.h"
#include "platform/platform.h"

/* ADP_RETRY_ASKED_MAX_MS of retry.c, and WAIT_MAX_S of quota_usage.c. */
#define YEAR_MS (INT64CONST(366) * 86400 * 1000)
#define DAY_MS (INT64CONST(86400) * 1000)

/* Some time in November 2026. */
#define NOW 1795996800

/*
 * Checks a Retry-After header; a repeated one must mean the same.
 */
static void
check_retry_after(const char *value)
{
	int64 ms = adp_retry_after_ms(value, NOW);

	if (ms < -1 || ms > YEAR_MS)
		fuzz_finding("Retry-After of " INT64_FORMAT " ms", ms);
	if (adp_retry_after_ms(psprintf(" %s\t", value), NOW) != ms)
		fuzz_finding("blanks around Retry-After matter");
}

/*
 * Checks what a header says about a quota.
 */
static void
check_usage(const AdpQuotaHeader *header, const char *value, const char *quota)
{
	AdpQuotaUsage usage = {0, 0};
	AdpQuotaUsage twice;
	bool must_wait;
	int64 pause;

	adp_quota_usage_add(header, value, quota, &usage);
	if (!(usage.pct >= 0) || usage.wait_ms < 0 || usage.wait_ms > DAY_MS)
		fuzz_finding("usage of %g percent, wait of " INT64_FORMAT " ms",
					 usage.pct, usage.wait_ms);
	pause = adp_quota_usage_pause_ms(&usage, &must_wait);
	if (pause < 0 || pause > DAY_MS || (must_wait && pause == 0))
		fuzz_finding("pause of " INT64_FORMAT " ms", pause);
	twice = usage;
	adp_quota_usage_add(header, value, quota, &twice);
	if (twice.pct != usage.pct || twice.wait_ms != usage.wait_ms)
		fuzz_finding("a header that comes twice counts twice");
}

void
fuzz_headers(FuzzInput input)
{
	int picks = fuzz_take_byte(&input);
	const char *value = fuzz_take_line(&input);
	const char *path = fuzz_take_line(&input);
	const AdpPlatform *const *platform = adp_platforms();

	check_retry_after(value);
	for (; *platform != NULL; platform++)
	{
		const AdpQuotaUsageKind *usage = (*platform)->usage;
		const AdpQuotaHeader *header;

		if (usage == NULL)
			continue;
		header = usage->headers + picks % 4;
		if (header->name != NULL)
			check_usage(header, value, adp_quota_usage_quota(usage, path));
	}
}
