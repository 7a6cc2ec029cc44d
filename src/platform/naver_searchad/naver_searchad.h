/*
 * naver_searchad.h
 *	  Declarations shared by the files of the Naver SearchAd platform.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_NAVER_SEARCHAD_H
#define ADP_PLATFORM_NAVER_SEARCHAD_NAVER_SEARCHAD_H

#include "platform/api/assembler.h"
#include "platform/api/credentials.h"
#include "platform/api/failure.h"
#include "platform/formats.h"
#include "platform/platform.h"

extern const AdpPlatform adp_naver_searchad;

/* naver_searchad_reports.c */
extern const AdpField adp_naver_searchad_fields[];
extern const AdpReport adp_naver_searchad_reports[];

/* naver_searchad_credentials.c */
extern const AdpCredentials adp_naver_searchad_credentials;

/* naver_searchad_failure.c */
extern const AdpFailureKind adp_naver_searchad_failures;

/* Codes that mean: the numbers of the day are not there yet. */
extern bool adp_naver_searchad_is_early(const AdpFailure *failure);

/* Code of a job or file that is gone. */
extern bool adp_naver_searchad_is_gone(const AdpFailure *failure);

/* Codes that mean: fewer objects of one request may help. */
extern bool adp_naver_searchad_is_too_many(const AdpFailure *failure);

/* daily_rows.c, entity_rows.c: pages of daily reports, and of lists. */
extern const AdpAssembler adp_naver_searchad_daily;
extern const AdpAssembler adp_naver_searchad_list;

/* master_rows.c: pages of master reports, and the items of a source. */
extern const AdpAssembler adp_naver_searchad_master;
extern const char *adp_naver_items_of(const AdpSource *source);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_NAVER_SEARCHAD_H */
