noinst_LIBRARIES += %D%/libnet.a
%C%_libnet_a_SOURCES = \
	%D%/connection.h \
	%D%/connection_end.c \
	%D%/connection_input.c \
	%D%/connection_life.c \
	%D%/connection_output.c \
	%D%/connection_partial.c \
	%D%/connections.c %D%/connections.h \
	%D%/connections_attach.c \
	%D%/connections_drain.c \
	%D%/connections_replay.c \
	%D%/connections_save.c \
	%D%/dialogue.c %D%/dialogue.h \
	%D%/listener.h \
	%D%/listener_accept.c \
	%D%/listener_address.c \
	%D%/listener_datagrams.c \
	%D%/listener_open.c \
	%D%/listener_watch.c \
	%D%/listeners.c %D%/listeners.h \
	%D%/listeners_apply.c \
	%D%/listeners_save.c \
	%D%/loop.c %D%/loop.h \
	%D%/proxied.c %D%/proxied.h \
	%D%/queue.c %D%/queue.h \
	%D%/reception.c %D%/reception.h \
	%D%/resume.h \
	%D%/socket_address.c %D%/socket_address.h \
	%D%/stream.c %D%/stream.h \
	%D%/stream_tcp.c \
	%D%/stream_unix.c \
	%D%/stream_wrapped.c \
	%D%/unix_socket.c %D%/unix_socket.h \
	%D%/wrapped.h \
	%D%/wrapped_input.c \
	%D%/wrapped_output.c \
	%D%/wrapping.c %D%/wrapping.h
