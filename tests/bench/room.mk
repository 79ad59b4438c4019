# The benchmarks (./dev bench), and tests that they notice void measurements and measure what they
# say.
bench_programs = %D%/load %D%/floor %D%/flood %D%/records %D%/senders %D%/ssl_floor \
	%D%/starting %D%/fill_history %D%/filters
check_PROGRAMS += $(bench_programs) %D%/calm_papod
TESTS += %D%/test_load.py %D%/test_fill_history.py
%C%_calm_papod_SOURCES = src/daemon/main.c %D%/calm.c
%C%_calm_papod_LDADD = $(ROOMS_daemon) $(LIBS_daemon)
%C%_calm_papod_LDFLAGS = $(papod_LDFLAGS) -Wl,--wrap=clock_gettime -Wl,--wrap=getrandom
%C%_load_SOURCES = %D%/load.c %D%/crew.c %D%/crew.h %D%/meter.c %D%/meter.h %D%/activities.h \
	%D%/arrive.c %D%/talk.c %D%/churn.c %D%/ask.c
%C%_load_LDADD = $(ROOMS_base)
%C%_floor_SOURCES = %D%/floor.c
%C%_floor_LDADD = $(ROOMS_base)
%C%_flood_SOURCES = %D%/flood.c
%C%_records_SOURCES = %D%/records.c
%C%_records_LDADD = $(ROOMS_tls) $(LIBS_tls)
%C%_senders_SOURCES = %D%/senders.c
%C%_ssl_floor_SOURCES = %D%/ssl_floor.c
%C%_ssl_floor_LDADD = $(LIBS_gate)
%C%_fill_history_SOURCES = %D%/fill_history.c
%C%_fill_history_LDADD = $(ROOMS_store) $(LIBS_store)
%C%_filters_SOURCES = %D%/filters.c
%C%_filters_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_starting_SOURCES = %D%/starting.c
EXTRA_DIST += %D%/test_load.py %D%/test_fill_history.py %D%/bench.py %D%/scenarios.py %D%/servers.py %D%/report.py %D%/plot.py \
	%D%/idle.py %D%/greedy.py %D%/starving.py %D%/flood.py %D%/secure.py %D%/logins.py %D%/history.py %D%/history_reading.py %D%/always_on.py \
	%D%/restart.py %D%/spam.py %D%/conversation.txt %D%/counts.py %D%/counts.txt \
	%D%/REPORT.md %D%/results.json %D%/clients.svg %D%/channels.svg %D%/members.svg

bench-programs: $(bench_programs)
.PHONY: bench-programs
