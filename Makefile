# adpipe: build, install, test.
#
#   make demo            campaign KPIs by SQL against simulated platforms
#   make playground      the same platforms at a psql prompt, until you leave it
#   make check           the tests, on private servers, nothing installed
#   make check-lint      one part of them: lint unit regress isolation tap docs dbt demo
#   make check-dbt       the dbt project of examples/dbt over simulated platforms
#   make check-lake      the export of copies to Parquet files
#   make check-citus     copies on several servers; CITUS_SOURCE is a tree of Citus
#   make check-timescale hypertables; TIMESCALE_SOURCE is a tree of TimescaleDB
#   make check-long      the long proofs: kills, faults, soak, fuzz
#   make check-regressions   the tests since the first release, on that release
#   make check-sanitizers, check-valgrind, check-majors, check-compile
#   make bench           speed and memory, as ratios; PART=scan picks one
#   make docs            writes doc/kpis.md and the results of doc/bi_tools.md
#   make format          formats the C sources
#
#   make                 builds beside the sources
#   make install         into the server that PG_CONFIG belongs to
#   make installcheck    tests against that server
#
# PG_CONFIG=/path/to/pg_config or PG_MAJOR=16 picks the server.  The targets of
# the first half run scripts of test/bin and need no server to be there yet:
# they install what is missing.  The second half is PGXS.

ifdef PG_MAJOR
PG_CONFIG = /usr/lib/postgresql/$(PG_MAJOR)/bin/pg_config
endif
PG_CONFIG ?= pg_config
PKG_CONFIG ?= pkg-config

# Parts of the check; each runs alone as check-<part>.
CHECK_PARTS = lint unit regress isolation tap docs dbt lake citus timescale demo
SCRIPT_TARGETS = check $(CHECK_PARTS:%=check-%) check-long check-sanitizers \
	check-regressions \
	check-valgrind check-majors check-compile demo playground bench docs \
	format format-check help

# PGXS has a target "check" of its own, which only refuses; so the two halves
# are never read together.
ifneq ($(filter $(SCRIPT_TARGETS),$(MAKECMDGOALS)),)

.PHONY: $(SCRIPT_TARGETS)
.NOTPARALLEL:

# Variables that the scripts look at, whether set on the command line or in the
# environment.  TESTS: names under sql/; T: files under test/t, or pages for
# check-docs; SEEDS: a folder of CSV files for the demo; PART: names under test/bench; KEEP=1 keeps the
# scratch folder;
# CITUS_SOURCE, TIMESCALE_SOURCE: source trees for check-citus and check-timescale;
# ASSERTIONS=1 builds a server with assertions, once, and runs tests on it; WHOLE=1
# lets check-sanitizers run the whole suite.
export TESTS T SEEDS PART KEEP CITUS_SOURCE TIMESCALE_SOURCE ASSERTIONS WHOLE
ifneq ($(origin PG_CONFIG),file)
export PG_CONFIG
endif
export PG_MAJOR

check:
	@test/bin/check

$(CHECK_PARTS:%=check-%): check-%:
	@test/bin/check $*

check-long check-sanitizers check-valgrind check-majors check-regressions:
	@test/bin/$@

check-compile:
	@test/bin/check-majors compile

demo:
	@test/bin/demo

playground:
	@test/bin/playground

bench:
	@test/bench/run

docs:
	@test/bin/docs

format:
	@test/bin/format

format-check:
	@test/bin/format --check

help:
	@sed -n '/^$$/q;s/^# \{0,1\}//p' Makefile

# Goals of the other half that were named beside one of these.
PGXS_GOALS = $(filter-out $(SCRIPT_TARGETS),$(MAKECMDGOALS))
ifneq ($(PGXS_GOALS),)
.PHONY: $(PGXS_GOALS)
$(PGXS_GOALS):
	+@$(MAKE) --no-print-directory $@
endif

else

EXTENSION = adpipe
MODULE_big = adpipe

# The folder of this file.  PGXS builds in the current folder, which may be
# another one: make -f ../adpipe/Makefile.
TOP := $(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST))))
# PGXS of a server that was configured in another folder than its sources' sets this,
# that of others does not.
ifneq ($(TOP),.)
VPATH = $(TOP)
endif
# Files below it that match, as paths from it.
files = $(patsubst $(TOP)/%,%,$(sort $(wildcard $(1:%=$(TOP)/%))))

EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" '$(TOP)/adpipe.control')
ifeq ($(EXTVERSION),)
$(error $(TOP)/adpipe.control has no default_version)
endif

SRCS := $(call files,src/*.c src/*/*.c src/*/*/*.c)
ifeq ($(SRCS),)
$(error $(TOP)/src has no sources)
endif
HDRS := $(call files,src/*.h src/*/*.h src/*/*/*.h)
OBJS = $(SRCS:.c=.o)

# Parts of the install script.  No wildcard: the order is meaning.
SQL_PARTS = src/adpipe.sql
SQL_PARTS += $(patsubst %,src/kpi/%.sql,ratio/ratio ratio/people ratio/shares cohort/cohort adstats/adstats \
	series/sparkline statistics/statistics series/series attribution/attribution events/sequence \
	display device kpis)
SQL_PARTS += src/fdw/fdw.sql src/fdw/limits.sql
INSTALL_SQL = build/adpipe--$(EXTVERSION).sql
# Releases that ALTER EXTENSION UPDATE leads here from, each in one step.
OLDER_VERSIONS = 0.1.0
UPDATE_SQL = $(OLDER_VERSIONS:%=build/adpipe--%--$(EXTVERSION).sql)
DATA_built = $(INSTALL_SQL) $(UPDATE_SQL)

# The warehouse comes last: it reaches everything else through SQL.
SQL_PARTS += $(patsubst %,src/warehouse/%.sql,failure policy periods ledger tenants own_reports materialize distribute run_ledger \
	plan coverage changed current chunk entity refresh_loop settings absence adopt upgrade cron schedule \
	health discrepancy check check_server report money report_copies report_views bridge \
	client_plans report_create register_report roles setup source_views guard)

REGRESS := $(patsubst sql/%.sql,%,$(call files,sql/*.sql))
REGRESS_OPTS = --load-extension=adpipe --encoding=UTF8
ISOLATION := $(patsubst test/isolation/specs/%.spec,%,$(call files,test/isolation/specs/*.spec))
ISOLATION_OPTS = --inputdir=$(TOP)/test/isolation --load-extension=adpipe
TAP_TESTS = 1
PROVE_TESTS := $(call files,test/t/*.pl)
EXTRA_CLEAN = build

# -isystem: the server's headers are not ours to warn about.
# unused-parameter: the signatures of callbacks are given.
# missing-field-initializers: tables end in a row that says only {NULL}.
# sign-compare: lengthof() is unsigned, indexes in PostgreSQL are int.
WARNINGS = -Wall -Wextra -Werror -Wno-unused-parameter \
	-Wno-missing-field-initializers -Wno-sign-compare
LIBRARIES = libcurl jansson libcrypto zlib
PG_CPPFLAGS = -I$(TOP)/src -isystem $(shell $(PG_CONFIG) --includedir-server) \
	$(shell $(PKG_CONFIG) --cflags $(LIBRARIES))
PG_CFLAGS = $(WARNINGS)
SHLIB_LINK = $(shell $(PKG_CONFIG) --libs $(LIBRARIES))

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# Reset by PGXS, hence after it.
PROVE_FLAGS += -I $(TOP)/test/perl

# What goes into every object beside its source.  The file of flags changes
# when the server, the flags or the list of objects do, so that nothing stale
# is linked.
BUILD_FLAGS = $(VERSION) $(CC) $(CPPFLAGS) $(CFLAGS) $(SHLIB_LINK) $(OBJS)
build/flags: FORCE
	@mkdir -p build $(sort $(dir $(OBJS)))
	@echo '$(BUILD_FLAGS)' | cmp -s - $@ || echo '$(BUILD_FLAGS)' > $@

$(OBJS) $(OBJS:.o=.bc): $(HDRS) build/flags
$(shlib): build/flags

$(INSTALL_SQL): $(SQL_PARTS) build/flags
	cat $(SQL_PARTS:%=$(TOP)/%) > $@

# The objects of this release, made over those of an older one.
$(UPDATE_SQL): $(INSTALL_SQL) $(call files,src/upgrade/*)
	{ cat $(TOP)/src/upgrade/before.sql && awk -f $(TOP)/src/upgrade/over.awk $< && \
		cat $(TOP)/src/upgrade/after.sql; } > $@

.PHONY: FORCE
FORCE:

endif
