MOVING_TEST = %D%/import.c %D%/import.h
check_PROGRAMS += %D%/test_moving_tree %D%/test_moved_config %D%/test_ngircd %D%/test_inspircd %D%/test_unrealircd %D%/test_ergo %D%/test_registry %D%/test_bouncer_log
TESTS += %D%/test_moving_tree %D%/test_moved_config %D%/test_ngircd %D%/test_inspircd %D%/test_unrealircd %D%/test_ergo %D%/test_registry %D%/test_bouncer_log
%C%_test_moving_tree_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_moving_tree_LDADD = $(ROOMS_moving) $(LIBS_moving) $(CMOCKA_LIBS)

%C%_test_moved_config_SOURCES = %D%/test_moved_config.c $(MOVING_TEST)
%C%_test_moved_config_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_moved_config_LDADD = $(ROOMS_moving) $(LIBS_moving) $(CMOCKA_LIBS)

%C%_test_ngircd_SOURCES = %D%/test_ngircd.c $(MOVING_TEST)
%C%_test_ngircd_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_ngircd_LDADD = $(ROOMS_moving) $(LIBS_moving) $(CMOCKA_LIBS)

%C%_test_inspircd_SOURCES = %D%/test_inspircd.c $(MOVING_TEST)
%C%_test_inspircd_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_inspircd_LDADD = $(ROOMS_moving) $(LIBS_moving) $(CMOCKA_LIBS)

%C%_test_unrealircd_SOURCES = %D%/test_unrealircd.c $(MOVING_TEST)
%C%_test_unrealircd_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_unrealircd_LDADD = $(ROOMS_moving) $(LIBS_moving) $(CMOCKA_LIBS)

%C%_test_ergo_SOURCES = %D%/test_ergo.c $(MOVING_TEST)
%C%_test_ergo_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_ergo_LDADD = $(ROOMS_moving) $(LIBS_moving) $(CMOCKA_LIBS)

%C%_test_registry_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_registry_LDADD = $(ROOMS_moving) $(LIBS_moving) $(CMOCKA_LIBS)

%C%_test_bouncer_log_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_bouncer_log_LDADD = $(ROOMS_moving) $(LIBS_moving) $(CMOCKA_LIBS)
