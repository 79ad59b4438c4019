check_PROGRAMS += %D%/test_name_desk
TESTS += %D%/test_name_desk
%C%_test_name_desk_SOURCES = %D%/test_name_desk.c tests/unit/net/socket_place.h
%C%_test_name_desk_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_name_desk_LDADD = $(ROOMS_lookup) $(LIBS_lookup) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_name_library
TESTS += %D%/test_name_library
%C%_test_name_library_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_name_library_LDADD = $(ROOMS_lookup) $(LIBS_lookup) $(CMOCKA_LIBS)
%C%_test_name_library_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getnameinfo -Wl,--wrap=getaddrinfo \
	-Wl,--wrap=freeaddrinfo
