noinst_LIBRARIES += %D%/libsurvival.a
%C%_libsurvival_a_SOURCES = \
	%D%/descriptors.c %D%/descriptors.h \
	%D%/event_log.c %D%/event_log.h %D%/event_log_inside.h \
	%D%/event_log_reading.c \
	%D%/keeper.c %D%/keeper.h \
	%D%/memories.c %D%/memories.h \
	%D%/memory_file.c %D%/memory_file.h \
	%D%/pace.c %D%/pace.h \
	%D%/parking.c %D%/parking.h \
	%D%/parking_index.c \
	%D%/parking_lot.c %D%/parking_lot.h \
	%D%/parking_note.c \
	%D%/parking_tidy.c \
	%D%/parking_walk.c \
	%D%/saver.c %D%/saver.h \
	%D%/stopwatch.c %D%/stopwatch.h \
	%D%/survival.c %D%/survival.h
