check_PROGRAMS += %D%/test_fanout
TESTS += %D%/test_fanout
%C%_test_fanout_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_fanout_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc -Wl,--wrap=reallocarray \
	-Wl,--wrap=mask_index_new -Wl,--wrap=mask_index_free
%C%_test_fanout_LDADD = $(ROOMS_command) $(LIBS_config) @CMOCKA_LIBS@

check_PROGRAMS += %D%/test_stored
TESTS += %D%/test_stored
%C%_test_stored_SOURCES = %D%/test_stored.c tests/unit/world/fixture.h \
	tests/unit/world/rows_fixture.h
%C%_test_stored_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_stored_LDADD = $(ROOMS_command) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_logins
TESTS += %D%/test_logins
%C%_test_logins_SOURCES = %D%/test_logins.c tests/unit/world/fixture.h \
	tests/unit/world/rows_fixture.h
%C%_test_logins_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_logins_LDADD = $(ROOMS_command) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_webirc
TESTS += %D%/test_webirc
%C%_test_webirc_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_webirc_LDADD = $(ROOMS_command) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_commands
TESTS += %D%/test_commands
%C%_test_commands_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_commands_LDADD = $(ROOMS_command) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_dispatch
TESTS += %D%/test_dispatch
%C%_test_dispatch_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_dispatch_LDADD = $(ROOMS_command) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_isupport
TESTS += %D%/test_isupport
%C%_test_isupport_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_isupport_LDADD = $(ROOMS_command) $(LIBS_config) $(CMOCKA_LIBS)
