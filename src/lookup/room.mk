noinst_LIBRARIES += %D%/liblookup.a
%C%_liblookup_a_SOURCES = \
	%D%/name_desk.c %D%/name_desk.h \
	%D%/name_library.c %D%/name_library.h \
	%D%/name_pool.c %D%/name_pool.h \
	%D%/name_service.c %D%/name_service.h

sbin_PROGRAMS += papod-lookup
papod_lookup_SOURCES = %D%/main.c
# It reads what name servers send, so it loads only libraries that it calls.
papod_lookup_LDFLAGS = $(AM_LDFLAGS) -Wl,--as-needed
papod_lookup_LDADD = $(ROOMS_lookup) $(LIBS_lookup)
