# What measures: the load generator and the floor, built by "make bench-programs" (./dev bench).
bench_programs = %D%/load %D%/floor
EXTRA_PROGRAMS += $(bench_programs)
CLEANFILES += $(bench_programs)
%C%_load_SOURCES = %D%/load.c %D%/crew.c %D%/crew.h %D%/meter.c %D%/meter.h %D%/activities.h \
	%D%/arrive.c %D%/talk.c
%C%_load_LDADD = $(ROOMS_base)
%C%_floor_SOURCES = %D%/floor.c
%C%_floor_LDADD = $(ROOMS_base)
EXTRA_DIST += %D%/bench.py %D%/scenarios.py %D%/servers.py %D%/report.py \
	%D%/run %D%/idle.py %D%/fanout.py %D%/lines.py %D%/greedy.py %D%/restart.py \
	%D%/counts.py %D%/counts.txt

bench-programs: $(bench_programs)
.PHONY: bench-programs
