forge = %D%/forge.c %D%/forge.h
gate_peer = tests/unit/net/tls_peer.c tests/unit/net/tls_peer.h
tls_house = %D%/tls_house.c %D%/tls_house.h $(forge)
link_house = %D%/link_house.c %D%/link_house.h $(gate_peer)
passing_house = %D%/passing_house.c %D%/passing_house.h $(link_house)
web_house = %D%/web_house.c %D%/web_house.h $(gate_peer)

check_PROGRAMS += %D%/test_asker
TESTS += %D%/test_asker
%C%_test_asker_SOURCES = %D%/test_asker.c $(link_house)
%C%_test_asker_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_asker_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_asker_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_passing
TESTS += %D%/test_passing
%C%_test_passing_SOURCES = %D%/test_passing.c $(passing_house)
%C%_test_passing_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_passing_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_passing_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_passed_request
TESTS += %D%/test_passed_request
%C%_test_passed_request_SOURCES = %D%/test_passed_request.c $(passing_house)
%C%_test_passed_request_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_passed_request_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_passed_request_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_door_passed
TESTS += %D%/test_door_passed
%C%_test_door_passed_SOURCES = %D%/test_door_passed.c $(passing_house)
%C%_test_door_passed_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_door_passed_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_door_passed_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms -Wl,--wrap=recv

check_PROGRAMS += %D%/test_tidying
TESTS += %D%/test_tidying
%C%_test_tidying_SOURCES = %D%/test_tidying.c $(link_house)
%C%_test_tidying_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_tidying_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_tidying_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_banned
TESTS += %D%/test_banned
%C%_test_banned_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_banned_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_banned_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=qsort

check_PROGRAMS += %D%/test_door
TESTS += %D%/test_door
%C%_test_door_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_door_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_door_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_page
TESTS += %D%/test_page
%C%_test_page_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_page_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_page_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=syscall

check_PROGRAMS += %D%/test_session_keys
TESTS += %D%/test_session_keys
%C%_test_session_keys_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_session_keys_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_papod_link
TESTS += %D%/test_papod_link
%C%_test_papod_link_SOURCES = %D%/test_papod_link.c $(link_house)
%C%_test_papod_link_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_papod_link_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_papod_link_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_papod_link_again
TESTS += %D%/test_papod_link_again
%C%_test_papod_link_again_SOURCES = %D%/test_papod_link_again.c $(link_house)
%C%_test_papod_link_again_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_papod_link_again_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_papod_link_again_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_web
TESTS += %D%/test_web
%C%_test_web_SOURCES = %D%/test_web.c $(web_house)
%C%_test_web_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_web_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_web_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=recv

check_PROGRAMS += %D%/test_web_upgrade
TESTS += %D%/test_web_upgrade
%C%_test_web_upgrade_SOURCES = %D%/test_web_upgrade.c $(web_house)
%C%_test_web_upgrade_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_web_upgrade_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_web_upgrade_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=recv

check_PROGRAMS += %D%/test_handshake
TESTS += %D%/test_handshake
%C%_test_handshake_SOURCES = %D%/test_handshake.c $(tls_house)
%C%_test_handshake_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_handshake_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_handshake_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=recv

check_PROGRAMS += %D%/test_handshake_secrets
TESTS += %D%/test_handshake_secrets
%C%_test_handshake_secrets_SOURCES = %D%/test_handshake_secrets.c $(tls_house)
%C%_test_handshake_secrets_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_handshake_secrets_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_handshake_secrets_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=traffic_secrets_note

check_PROGRAMS += %D%/test_keyring
TESTS += %D%/test_keyring
%C%_test_keyring_SOURCES = %D%/test_keyring.c $(forge)
%C%_test_keyring_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_keyring_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_watched_files
TESTS += %D%/test_watched_files
%C%_test_watched_files_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_watched_files_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_watched_files_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_papod_watch
TESTS += %D%/test_papod_watch
%C%_test_papod_watch_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_papod_watch_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_papod_watch_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_gate_settings
TESTS += %D%/test_gate_settings
%C%_test_gate_settings_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_gate_settings_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_door_web
TESTS += %D%/test_door_web
%C%_test_door_web_SOURCES = %D%/test_door_web.c $(forge)
%C%_test_door_web_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_door_web_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_door_web_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms -Wl,--wrap=recv

check_PROGRAMS += %D%/test_uploads
TESTS += %D%/test_uploads
%C%_test_uploads_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_uploads_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fallocate -Wl,--wrap=pwrite -Wl,--wrap=linkat
%C%_test_uploads_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_last_good
TESTS += %D%/test_last_good
%C%_test_last_good_SOURCES = %D%/test_last_good.c $(forge)
%C%_test_last_good_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_last_good_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
