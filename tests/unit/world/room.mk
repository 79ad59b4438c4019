check_PROGRAMS += %D%/test_event
TESTS += %D%/test_event
%C%_test_event_SOURCES = %D%/test_event.c %D%/fixture.h
%C%_test_event_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_event_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_masklist
TESTS += %D%/test_masklist
%C%_test_masklist_SOURCES = %D%/test_masklist.c %D%/fixture.h
%C%_test_masklist_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_masklist_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_modes
TESTS += %D%/test_modes
%C%_test_modes_SOURCES = %D%/test_modes.c %D%/fixture.h
%C%_test_modes_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_modes_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_outbox
TESTS += %D%/test_outbox
%C%_test_outbox_SOURCES = %D%/test_outbox.c %D%/fixture.h
%C%_test_outbox_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_outbox_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)
