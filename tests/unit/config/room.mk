check_PROGRAMS += %D%/test_acme
TESTS += %D%/test_acme
%C%_test_acme_SOURCES = %D%/test_acme.c %D%/parse.c %D%/parse.h
%C%_test_acme_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_acme_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_ban_entry
TESTS += %D%/test_ban_entry
%C%_test_ban_entry_SOURCES = %D%/test_ban_entry.c %D%/parse.c %D%/parse.h
%C%_test_ban_entry_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_ban_entry_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_bounds
TESTS += %D%/test_bounds
%C%_test_bounds_SOURCES = %D%/test_bounds.c %D%/parse.c %D%/parse.h
%C%_test_bounds_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_bounds_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_certificates
TESTS += %D%/test_certificates
%C%_test_certificates_SOURCES = %D%/test_certificates.c %D%/parse.c %D%/parse.h
%C%_test_certificates_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_certificates_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_channel_checks
TESTS += %D%/test_channel_checks
%C%_test_channel_checks_SOURCES = %D%/test_channel_checks.c %D%/parse.c %D%/parse.h
%C%_test_channel_checks_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_channel_checks_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_filter_entry
TESTS += %D%/test_filter_entry
%C%_test_filter_entry_SOURCES = %D%/test_filter_entry.c %D%/parse.c %D%/parse.h
%C%_test_filter_entry_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_filter_entry_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_gate_unit
TESTS += %D%/test_gate_unit
%C%_test_gate_unit_SOURCES = %D%/test_gate_unit.c %D%/parse.c %D%/parse.h
%C%_test_gate_unit_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_gate_unit_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_text_checks
TESTS += %D%/test_text_checks
%C%_test_text_checks_SOURCES = %D%/test_text_checks.c %D%/parse.c %D%/parse.h
%C%_test_text_checks_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_text_checks_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_draft_list
TESTS += %D%/test_draft_list
%C%_test_draft_list_SOURCES = %D%/test_draft_list.c %D%/parse.c %D%/parse.h
%C%_test_draft_list_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_draft_list_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_list_checks
TESTS += %D%/test_list_checks
%C%_test_list_checks_SOURCES = %D%/test_list_checks.c %D%/parse.c %D%/parse.h
%C%_test_list_checks_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_list_checks_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_listen
TESTS += %D%/test_listen
%C%_test_listen_SOURCES = %D%/test_listen.c %D%/parse.c %D%/parse.h
%C%_test_listen_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_listen_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_options
TESTS += %D%/test_options
%C%_test_options_SOURCES = %D%/test_options.c %D%/parse.c %D%/parse.h
%C%_test_options_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_options_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_problem
TESTS += %D%/test_problem
%C%_test_problem_SOURCES = %D%/test_problem.c %D%/parse.c %D%/parse.h
%C%_test_problem_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_problem_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_reader
TESTS += %D%/test_reader
%C%_test_reader_SOURCES = %D%/test_reader.c %D%/parse.c %D%/parse.h
%C%_test_reader_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_reader_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_reference
TESTS += %D%/test_reference
%C%_test_reference_SOURCES = %D%/test_reference.c %D%/parse.c %D%/parse.h
%C%_test_reference_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_reference_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_secrets
TESTS += %D%/test_secrets
%C%_test_secrets_SOURCES = %D%/test_secrets.c %D%/parse.c %D%/parse.h
%C%_test_secrets_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_secrets_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_settings
TESTS += %D%/test_settings
%C%_test_settings_SOURCES = %D%/test_settings.c %D%/parse.c %D%/parse.h
%C%_test_settings_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_settings_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_show
TESTS += %D%/test_show
%C%_test_show_SOURCES = %D%/test_show.c %D%/parse.c %D%/parse.h
%C%_test_show_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_show_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_syntax
TESTS += %D%/test_syntax
%C%_test_syntax_SOURCES = %D%/test_syntax.c %D%/parse.c %D%/parse.h
%C%_test_syntax_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_syntax_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_token_mask
TESTS += %D%/test_token_mask
%C%_test_token_mask_SOURCES = %D%/test_token_mask.c
%C%_test_token_mask_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_token_mask_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_units
TESTS += %D%/test_units
%C%_test_units_SOURCES = %D%/test_units.c %D%/parse.c %D%/parse.h
%C%_test_units_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_units_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_value
TESTS += %D%/test_value
%C%_test_value_SOURCES = %D%/test_value.c %D%/parse.c %D%/parse.h
%C%_test_value_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_value_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_socket_unit
TESTS += %D%/test_socket_unit
%C%_test_socket_unit_SOURCES = %D%/test_socket_unit.c %D%/parse.c %D%/parse.h
%C%_test_socket_unit_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_socket_unit_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_push_unit
TESTS += %D%/test_push_unit
%C%_test_push_unit_SOURCES = %D%/test_push_unit.c %D%/parse.c %D%/parse.h
%C%_test_push_unit_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_push_unit_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_web_checks
TESTS += %D%/test_web_checks
%C%_test_web_checks_SOURCES = %D%/test_web_checks.c %D%/parse.c %D%/parse.h
%C%_test_web_checks_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_web_checks_LDADD = $(ROOMS_config) $(LIBS_config) $(CMOCKA_LIBS)
