noinst_LIBRARIES += %D%/libnet.a
%C%_libnet_a_SOURCES = \
	%D%/connection.h \
	%D%/connection_input.c \
	%D%/connection_output.c \
	%D%/connections.c %D%/connections.h \
	%D%/connections_drain.c \
	%D%/loop.c %D%/loop.h \
	%D%/queue.c %D%/queue.h
