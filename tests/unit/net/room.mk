clients = %D%/clients.c %D%/clients.h %D%/clock.c %D%/clock.h
wrapped = %D%/wrapped.c %D%/wrapped.h %D%/tls_peer.c %D%/tls_peer.h $(clients)

check_PROGRAMS += %D%/test_connection_partial
TESTS += %D%/test_connection_partial
%C%_test_connection_partial_SOURCES = %D%/test_connection_partial.c $(clients)
%C%_test_connection_partial_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_connection_partial_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
%C%_test_connection_partial_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_connection_input
TESTS += %D%/test_connection_input
%C%_test_connection_input_SOURCES = %D%/test_connection_input.c $(clients)
%C%_test_connection_input_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_connection_input_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
%C%_test_connection_input_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_connection_output
TESTS += %D%/test_connection_output
%C%_test_connection_output_SOURCES = %D%/test_connection_output.c $(clients)
%C%_test_connection_output_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_connection_output_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
%C%_test_connection_output_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_connections
TESTS += %D%/test_connections
%C%_test_connections_SOURCES = %D%/test_connections.c $(clients)
%C%_test_connections_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_connections_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
%C%_test_connections_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_connections_attach
TESTS += %D%/test_connections_attach
%C%_test_connections_attach_SOURCES = %D%/test_connections_attach.c $(clients)
%C%_test_connections_attach_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_connections_attach_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
%C%_test_connections_attach_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_connections_sleep
TESTS += %D%/test_connections_sleep
%C%_test_connections_sleep_SOURCES = %D%/test_connections_sleep.c $(clients)
%C%_test_connections_sleep_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_connections_sleep_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
%C%_test_connections_sleep_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_connections_saved
TESTS += %D%/test_connections_saved
%C%_test_connections_saved_SOURCES = %D%/test_connections_saved.c $(clients)
%C%_test_connections_saved_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_connections_saved_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
%C%_test_connections_saved_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_dialogue
TESTS += %D%/test_dialogue
%C%_test_dialogue_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_dialogue_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_listener_accept
TESTS += %D%/test_listener_accept
%C%_test_listener_accept_SOURCES = %D%/test_listener_accept.c %D%/doors.c %D%/doors.h
%C%_test_listener_accept_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_listener_accept_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_listener_datagrams
TESTS += %D%/test_listener_datagrams
%C%_test_listener_datagrams_SOURCES = %D%/test_listener_datagrams.c %D%/doors.c %D%/doors.h
%C%_test_listener_datagrams_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_listener_datagrams_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_listener_open
TESTS += %D%/test_listener_open
%C%_test_listener_open_SOURCES = %D%/test_listener_open.c %D%/doors.c %D%/doors.h
%C%_test_listener_open_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_listener_open_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_listeners
TESTS += %D%/test_listeners
%C%_test_listeners_SOURCES = %D%/test_listeners.c %D%/doors.c %D%/doors.h
%C%_test_listeners_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_listeners_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_listeners_apply
TESTS += %D%/test_listeners_apply
%C%_test_listeners_apply_SOURCES = %D%/test_listeners_apply.c %D%/doors.c %D%/doors.h
%C%_test_listeners_apply_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_listeners_apply_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_listeners_save
TESTS += %D%/test_listeners_save
%C%_test_listeners_save_SOURCES = %D%/test_listeners_save.c %D%/doors.c %D%/doors.h
%C%_test_listeners_save_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_listeners_save_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_loop
TESTS += %D%/test_loop
%C%_test_loop_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_loop_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_loop_time
TESTS += %D%/test_loop_time
%C%_test_loop_time_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_loop_time_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime -Wl,--wrap=nanosleep \
	-Wl,--wrap=epoll_wait
%C%_test_loop_time_LDADD = $(ROOMS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_proxied
TESTS += %D%/test_proxied
%C%_test_proxied_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_proxied_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms
%C%_test_proxied_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_queue
TESTS += %D%/test_queue
%C%_test_queue_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_queue_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_reception
TESTS += %D%/test_reception
%C%_test_reception_SOURCES = %D%/test_reception.c %D%/socket_place.h
%C%_test_reception_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_reception_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_resume_storm
TESTS += %D%/test_resume_storm
%C%_test_resume_storm_SOURCES = %D%/test_resume_storm.c %D%/mortal.c %D%/mortal.h \
	%D%/frames.c %D%/frames.h %D%/tls_peer.c %D%/tls_peer.h
%C%_test_resume_storm_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_resume_storm_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=send -Wl,--wrap=recv
%C%_test_resume_storm_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_storm
TESTS += %D%/test_storm
%C%_test_storm_SOURCES = %D%/test_storm.c $(clients)
%C%_test_storm_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_storm_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
%C%_test_storm_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_stream_wrapped
TESTS += %D%/test_stream_wrapped
%C%_test_stream_wrapped_SOURCES = %D%/test_stream_wrapped.c $(wrapped)
%C%_test_stream_wrapped_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_stream_wrapped_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
%C%_test_stream_wrapped_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_unix_socket
TESTS += %D%/test_unix_socket
%C%_test_unix_socket_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_unix_socket_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_wrapped_input
TESTS += %D%/test_wrapped_input
%C%_test_wrapped_input_SOURCES = %D%/test_wrapped_input.c %D%/frames.c %D%/frames.h $(wrapped)
%C%_test_wrapped_input_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_wrapped_input_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
%C%_test_wrapped_input_LDADD = $(ROOMS_net) $(LIBS_net) $(CMOCKA_LIBS)
