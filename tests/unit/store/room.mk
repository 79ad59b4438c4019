check_PROGRAMS += %D%/test_database
TESTS += %D%/test_database
%C%_test_database_SOURCES = %D%/test_database.c %D%/place.c %D%/place.h
%C%_test_database_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -DSCHEMAS='"$(abs_top_srcdir)/%D%/schemas"'
%C%_test_database_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)
EXTRA_DIST += %D%/schemas/1.sql

check_PROGRAMS += %D%/test_store
TESTS += %D%/test_store
%C%_test_store_SOURCES = %D%/test_store.c %D%/place.c %D%/place.h
%C%_test_store_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_store_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)
