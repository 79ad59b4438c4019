noinst_LIBRARIES += %D%/libdaemon.a
%C%_libdaemon_a_SOURCES = \
	%D%/arguments.c %D%/arguments.h \
	%D%/log_sink.c %D%/log_sink.h \
	%D%/names.c %D%/names.h \
	%D%/notifier.c %D%/notifier.h \
	%D%/password.c %D%/password.h \
	%D%/recording.c %D%/recording.h \
	%D%/worker.c %D%/worker.h
sbin_PROGRAMS += papod
