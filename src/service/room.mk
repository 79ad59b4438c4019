noinst_LIBRARIES += %D%/libservice.a
%C%_libservice_a_SOURCES = \
	%D%/command_line.c %D%/command_line.h \
	%D%/control_caller.c %D%/control_caller.h \
	%D%/detached_thread.c %D%/detached_thread.h \
	%D%/log_sink.c %D%/log_sink.h \
	%D%/notifier.c %D%/notifier.h \
	%D%/passed_socket.c %D%/passed_socket.h \
	%D%/state_directory.c %D%/state_directory.h
