check_PROGRAMS += %D%/test_acceptance
TESTS += %D%/test_acceptance
%C%_test_acceptance_SOURCES = %D%/test_acceptance.c %D%/fixture.h
%C%_test_acceptance_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_acceptance_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_banmask
TESTS += %D%/test_banmask
%C%_test_banmask_SOURCES = %D%/test_banmask.c %D%/fixture.h
%C%_test_banmask_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_banmask_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_ban_rows
TESTS += %D%/test_ban_rows
%C%_test_ban_rows_SOURCES = %D%/test_ban_rows.c %D%/fixture.h %D%/rows_fixture.h
%C%_test_ban_rows_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_ban_rows_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_bans
TESTS += %D%/test_bans
%C%_test_bans_SOURCES = %D%/test_bans.c %D%/fixture.h
%C%_test_bans_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_bans_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_census
TESTS += %D%/test_census
%C%_test_census_SOURCES = %D%/test_census.c %D%/fixture.h
%C%_test_census_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_census_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_changes
TESTS += %D%/test_changes
%C%_test_changes_SOURCES = %D%/test_changes.c %D%/fixture.h %D%/rows_fixture.h
%C%_test_changes_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_changes_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_channel
TESTS += %D%/test_channel
%C%_test_channel_SOURCES = %D%/test_channel.c %D%/fixture.h
%C%_test_channel_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_channel_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_check
TESTS += %D%/test_check
%C%_test_check_SOURCES = %D%/test_check.c
%C%_test_check_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_check_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_client_batch
TESTS += %D%/test_client_batch
%C%_test_client_batch_SOURCES = %D%/test_client_batch.c
%C%_test_client_batch_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_client_batch_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_event
TESTS += %D%/test_event
%C%_test_event_SOURCES = %D%/test_event.c %D%/fixture.h
%C%_test_event_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_event_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_faces
TESTS += %D%/test_faces
%C%_test_faces_SOURCES = %D%/test_faces.c %D%/fixture.h
%C%_test_faces_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_faces_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_fanout
TESTS += %D%/test_fanout
%C%_test_fanout_SOURCES = %D%/test_fanout.c %D%/fixture.h
%C%_test_fanout_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_fanout_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_invitation
TESTS += %D%/test_invitation
%C%_test_invitation_SOURCES = %D%/test_invitation.c %D%/fixture.h
%C%_test_invitation_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_invitation_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_history
TESTS += %D%/test_history
%C%_test_history_SOURCES = %D%/test_history.c %D%/fixture.h
%C%_test_history_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_history_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_whowas
TESTS += %D%/test_whowas
%C%_test_whowas_SOURCES = %D%/test_whowas.c %D%/fixture.h
%C%_test_whowas_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_whowas_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_listed_addresses
TESTS += %D%/test_listed_addresses
%C%_test_listed_addresses_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_listed_addresses_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_masklist
TESTS += %D%/test_masklist
%C%_test_masklist_SOURCES = %D%/test_masklist.c %D%/fixture.h
%C%_test_masklist_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_masklist_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_metadata
TESTS += %D%/test_metadata
%C%_test_metadata_SOURCES = %D%/test_metadata.c
%C%_test_metadata_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_metadata_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_modes
TESTS += %D%/test_modes
%C%_test_modes_SOURCES = %D%/test_modes.c %D%/fixture.h
%C%_test_modes_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_modes_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_notices
TESTS += %D%/test_notices
%C%_test_notices_SOURCES = %D%/test_notices.c %D%/fixture.h
%C%_test_notices_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_notices_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_monitor
TESTS += %D%/test_monitor
%C%_test_monitor_SOURCES = %D%/test_monitor.c %D%/fixture.h
%C%_test_monitor_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_monitor_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_naming
TESTS += %D%/test_naming
%C%_test_naming_SOURCES = %D%/test_naming.c %D%/fixture.h
%C%_test_naming_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_naming_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_outbox
TESTS += %D%/test_outbox
%C%_test_outbox_SOURCES = %D%/test_outbox.c %D%/fixture.h
%C%_test_outbox_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_outbox_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_account_rows
TESTS += %D%/test_account_rows
%C%_test_account_rows_SOURCES = %D%/test_account_rows.c %D%/fixture.h %D%/rows_fixture.h
%C%_test_account_rows_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_account_rows_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_channel_rows
TESTS += %D%/test_channel_rows
%C%_test_channel_rows_SOURCES = %D%/test_channel_rows.c %D%/fixture.h %D%/rows_fixture.h
%C%_test_channel_rows_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_channel_rows_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_accounts
TESTS += %D%/test_accounts
%C%_test_accounts_SOURCES = %D%/test_accounts.c %D%/fixture.h %D%/rows_fixture.h
%C%_test_accounts_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_accounts_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_named_caps
TESTS += %D%/test_named_caps
%C%_test_named_caps_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_named_caps_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_permanent_channels
TESTS += %D%/test_permanent_channels
%C%_test_permanent_channels_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_permanent_channels_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_answer_cursor
TESTS += %D%/test_answer_cursor
%C%_test_answer_cursor_SOURCES = %D%/test_answer_cursor.c %D%/fixture.h
%C%_test_answer_cursor_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_answer_cursor_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_recent
TESTS += %D%/test_recent
%C%_test_recent_SOURCES = %D%/test_recent.c
%C%_test_recent_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_recent_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_renaming
TESTS += %D%/test_renaming
%C%_test_renaming_SOURCES = %D%/test_renaming.c %D%/fixture.h
%C%_test_renaming_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_renaming_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_rows
TESTS += %D%/test_rows
%C%_test_rows_SOURCES = %D%/test_rows.c %D%/fixture.h %D%/rows_fixture.h
%C%_test_rows_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_rows_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_session
TESTS += %D%/test_session
%C%_test_session_SOURCES = %D%/test_session.c %D%/fixture.h
%C%_test_session_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_session_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_snapshot
TESTS += %D%/test_snapshot
%C%_test_snapshot_SOURCES = %D%/test_snapshot.c %D%/fixture.h
%C%_test_snapshot_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_snapshot_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_usage
TESTS += %D%/test_usage
%C%_test_usage_SOURCES = %D%/test_usage.c %D%/fixture.h
%C%_test_usage_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_usage_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_account_marks
TESTS += %D%/test_account_marks
%C%_test_account_marks_SOURCES = %D%/test_account_marks.c %D%/fixture.h \
	%D%/rows_fixture.h
%C%_test_account_marks_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_account_marks_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_audit_log
TESTS += %D%/test_audit_log
%C%_test_audit_log_SOURCES = %D%/test_audit_log.c %D%/fixture.h %D%/rows_fixture.h
%C%_test_audit_log_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_audit_log_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_registration_tokens
TESTS += %D%/test_registration_tokens
%C%_test_registration_tokens_SOURCES = %D%/test_registration_tokens.c %D%/fixture.h \
	%D%/rows_fixture.h
%C%_test_registration_tokens_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_registration_tokens_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_used_codes
TESTS += %D%/test_used_codes
%C%_test_used_codes_SOURCES = %D%/test_used_codes.c %D%/fixture.h %D%/rows_fixture.h
%C%_test_used_codes_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_used_codes_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_user
TESTS += %D%/test_user
%C%_test_user_SOURCES = %D%/test_user.c %D%/fixture.h
%C%_test_user_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_user_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_world
TESTS += %D%/test_world
%C%_test_world_SOURCES = %D%/test_world.c %D%/fixture.h
%C%_test_world_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_world_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_line_tags
TESTS += %D%/test_line_tags
%C%_test_line_tags_SOURCES = %D%/test_line_tags.c %D%/fixture.h
%C%_test_line_tags_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_line_tags_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_msgid
TESTS += %D%/test_msgid
%C%_test_msgid_SOURCES = %D%/test_msgid.c %D%/fixture.h
%C%_test_msgid_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_msgid_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_datagram
TESTS += %D%/test_datagram
%C%_test_datagram_SOURCES = %D%/test_datagram.c %D%/fixture.h
%C%_test_datagram_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_datagram_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_notification_sources
TESTS += %D%/test_notification_sources
%C%_test_notification_sources_SOURCES = %D%/test_notification_sources.c %D%/fixture.h
%C%_test_notification_sources_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_notification_sources_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_tallies
TESTS += %D%/test_tallies
%C%_test_tallies_SOURCES = %D%/test_tallies.c
%C%_test_tallies_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_tallies_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_pushes
TESTS += %D%/test_pushes
%C%_test_pushes_SOURCES = %D%/test_pushes.c %D%/fixture.h
%C%_test_pushes_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_pushes_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_complaints
TESTS += %D%/test_complaints
%C%_test_complaints_SOURCES = %D%/test_complaints.c %D%/fixture.h
%C%_test_complaints_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_complaints_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_filters
TESTS += %D%/test_filters
%C%_test_filters_SOURCES = %D%/test_filters.c %D%/fixture.h
%C%_test_filters_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_filters_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_known_addresses
TESTS += %D%/test_known_addresses
%C%_test_known_addresses_SOURCES = %D%/test_known_addresses.c %D%/fixture.h
%C%_test_known_addresses_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_known_addresses_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_lockdown
TESTS += %D%/test_lockdown
%C%_test_lockdown_SOURCES = %D%/test_lockdown.c %D%/fixture.h %D%/rows_fixture.h
%C%_test_lockdown_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_lockdown_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_moderation
TESTS += %D%/test_moderation
%C%_test_moderation_SOURCES = %D%/test_moderation.c %D%/fixture.h
%C%_test_moderation_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_moderation_LDADD = $(ROOMS_world) $(LIBS_config) $(CMOCKA_LIBS)
