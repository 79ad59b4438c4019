check_PROGRAMS += %D%/test_archive
TESTS += %D%/test_archive
%C%_test_archive_SOURCES = %D%/test_archive.c %D%/desk.c %D%/desk.h
%C%_test_archive_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_archive_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_archive_author
TESTS += %D%/test_archive_author
%C%_test_archive_author_SOURCES = %D%/test_archive_author.c %D%/place.c %D%/place.h %D%/vault.c %D%/vault.h
%C%_test_archive_author_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_archive_author_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_archive_kill
TESTS += %D%/test_archive_kill
%C%_test_archive_kill_SOURCES = %D%/test_archive_kill.c %D%/desk.c %D%/desk.h %D%/place.c %D%/place.h
%C%_test_archive_kill_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_archive_kill_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_archive_queue
TESTS += %D%/test_archive_queue
%C%_test_archive_queue_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_archive_queue_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

# The calls that faulty_calls.c replaces.
FAULTY_CALLS = \
	-Wl,--wrap=sqlite3_open_v2 -Wl,--wrap=sqlite3_exec -Wl,--wrap=sqlite3_step \
	-Wl,--wrap=sqlite3_bind_int64 -Wl,--wrap=sqlite3_bind_null \
	-Wl,--wrap=sqlite3_bind_text -Wl,--wrap=sqlite3_bind_blob \
	-Wl,--wrap=sqlite3_extended_result_codes -Wl,--wrap=sqlite3_busy_timeout \
	-Wl,--wrap=sqlite3_backup_step -Wl,--wrap=sqlite3_backup_finish \
	-Wl,--wrap=sqlite3_wal_checkpoint_v2 -Wl,--wrap=sqlite3_prepare_v2 \
	-Wl,--wrap=sqlite3_prepare_v3

# The calls that fast_clock.c replaces.
FAST_CLOCK = -Wl,--wrap=thread_now_ms -Wl,--wrap=thread_wait

FAULTY_DESK = %D%/desk.c %D%/desk.h %D%/fast_clock.c %D%/fast_clock.h \
	%D%/faulty_calls.c %D%/faulty_calls.h %D%/faulty_desk.c %D%/faulty_desk.h \
	%D%/faulty_disk.c %D%/faulty_disk.h %D%/place.c %D%/place.h %D%/vault.c %D%/vault.h
FAULTY_DESK_WRAPS = $(FAULTY_CALLS) $(FAST_CLOCK) \
	-Wl,--wrap=archive_tables_tidied -Wl,--wrap=archive_reader_run

check_PROGRAMS += %D%/test_archive_disks
TESTS += %D%/test_archive_disks
%C%_test_archive_disks_SOURCES = %D%/test_archive_disks.c $(FAULTY_DESK)
%C%_test_archive_disks_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_archive_disks_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)
%C%_test_archive_disks_LDFLAGS = $(AM_LDFLAGS) $(FAULTY_DESK_WRAPS)

check_PROGRAMS += %D%/test_archive_erasures
TESTS += %D%/test_archive_erasures
%C%_test_archive_erasures_SOURCES = %D%/test_archive_erasures.c %D%/place.c %D%/place.h %D%/vault.c %D%/vault.h
%C%_test_archive_erasures_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_archive_erasures_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_archive_faults
TESTS += %D%/test_archive_faults
%C%_test_archive_faults_SOURCES = %D%/test_archive_faults.c $(FAULTY_DESK)
%C%_test_archive_faults_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_archive_faults_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)
%C%_test_archive_faults_LDFLAGS = $(AM_LDFLAGS) $(FAULTY_DESK_WRAPS)

check_PROGRAMS += %D%/test_archive_reader
TESTS += %D%/test_archive_reader
%C%_test_archive_reader_SOURCES = %D%/test_archive_reader.c %D%/place.c %D%/place.h %D%/vault.c %D%/vault.h
%C%_test_archive_reader_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_archive_reader_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_archive_imports
TESTS += %D%/test_archive_imports
%C%_test_archive_imports_SOURCES = %D%/test_archive_imports.c %D%/place.c %D%/place.h %D%/vault.c %D%/vault.h
%C%_test_archive_imports_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_archive_imports_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)
check_PROGRAMS += %D%/test_archive_tables
TESTS += %D%/test_archive_tables
%C%_test_archive_tables_SOURCES = %D%/test_archive_tables.c %D%/place.c %D%/place.h %D%/vault.c %D%/vault.h
%C%_test_archive_tables_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_archive_tables_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_archive_trigrams
TESTS += %D%/test_archive_trigrams
%C%_test_archive_trigrams_SOURCES = %D%/test_archive_trigrams.c %D%/place.c %D%/place.h %D%/vault.c %D%/vault.h
%C%_test_archive_trigrams_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_archive_trigrams_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_backup
TESTS += %D%/test_backup
%C%_test_backup_SOURCES = %D%/test_backup.c %D%/place.c %D%/place.h
%C%_test_backup_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_backup_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_database
TESTS += %D%/test_database
%C%_test_database_SOURCES = %D%/test_database.c %D%/place.c %D%/place.h
%C%_test_database_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -DSCHEMAS='"$(abs_top_srcdir)/%D%/schemas"'
%C%_test_database_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)
EXTRA_DIST += %D%/schemas/1.sql %D%/schemas/2.sql %D%/schemas/3.sql \
	%D%/schemas/4.sql %D%/schemas/5.sql %D%/schemas/6.sql %D%/schemas/7.sql \
	%D%/schemas/8.sql

check_PROGRAMS += %D%/test_exchange
TESTS += %D%/test_exchange
%C%_test_exchange_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_exchange_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_faults
TESTS += %D%/test_faults
%C%_test_faults_SOURCES = %D%/test_faults.c %D%/place.c %D%/place.h \
	%D%/faulty_calls.c %D%/faulty_calls.h %D%/faulty_disk.c %D%/faulty_disk.h
%C%_test_faults_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_faults_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)
%C%_test_faults_LDFLAGS = $(AM_LDFLAGS) $(FAULTY_CALLS)

check_PROGRAMS += %D%/test_kill
TESTS += %D%/test_kill
%C%_test_kill_SOURCES = %D%/test_kill.c %D%/place.c %D%/place.h
%C%_test_kill_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_kill_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_load
TESTS += %D%/test_load
%C%_test_load_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_load_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_secrets
TESTS += %D%/test_secrets
%C%_test_secrets_SOURCES = %D%/test_secrets.c %D%/place.c %D%/place.h
%C%_test_secrets_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_secrets_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_store
TESTS += %D%/test_store
%C%_test_store_SOURCES = %D%/test_store.c %D%/place.c %D%/place.h
%C%_test_store_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_store_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_zeroing_memory
TESTS += %D%/test_zeroing_memory
%C%_test_zeroing_memory_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_zeroing_memory_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_archive_context
TESTS += %D%/test_archive_context
%C%_test_archive_context_SOURCES = %D%/test_archive_context.c %D%/place.c %D%/place.h %D%/vault.c %D%/vault.h
%C%_test_archive_context_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_archive_context_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_archive_bound
TESTS += %D%/test_archive_bound
%C%_test_archive_bound_SOURCES = %D%/test_archive_bound.c %D%/place.c %D%/place.h %D%/vault.c %D%/vault.h
%C%_test_archive_bound_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_archive_bound_LDADD = $(ROOMS_store) $(LIBS_store) $(CMOCKA_LIBS)
