noinst_LIBRARIES += %D%/libworld.a
%C%_libworld_a_SOURCES = \
	%D%/acceptance.c %D%/acceptance.h \
	%D%/account_alike.c %D%/account_alike.h \
	%D%/account_export.c %D%/account_export.h \
	%D%/account_marks.c %D%/account_marks.h \
	%D%/account_edit.c %D%/account_edit.h \
	%D%/account_rows.c %D%/account_rows.h \
	%D%/account_wishes.c %D%/account_wishes.h \
	%D%/account_tls.c \
	%D%/accounts.c %D%/accounts.h \
	%D%/administrator.c %D%/administrator.h \
	%D%/always_on.c %D%/always_on.h \
	%D%/answer_cursor.c %D%/answer_cursor.h \
	%D%/auth_token.c %D%/auth_token.h \
	%D%/banmask.c %D%/banmask.h %D%/banmask_inside.h \
	%D%/banmask_kinds.c \
	%D%/ban_hits.c %D%/ban_hits.h \
	%D%/ban_matching.c \
	%D%/ban_rows.c %D%/ban_rows.h \
	%D%/bans.c %D%/bans.h %D%/bans_inside.h \
	%D%/batch_reference.c %D%/batch_reference.h \
	%D%/caps.c %D%/caps.h \
	%D%/census.c %D%/census.h \
	%D%/channel_rows.c %D%/channel_rows.h \
	%D%/changes.c %D%/changes.h \
	%D%/channel.c %D%/channel.h \
	%D%/check.c \
	%D%/client_batch.c %D%/client_batch.h \
	%D%/complaints.c %D%/complaints.h \
	%D%/datagram.c %D%/datagram.h \
	%D%/event.c %D%/event.h \
	%D%/faces.c %D%/faces.h \
	%D%/devices.c %D%/devices.h \
	%D%/fanout.c %D%/fanout.h \
	%D%/filter_rows.c %D%/filter_rows.h \
	%D%/filters.c %D%/filters.h \
	%D%/flow.c %D%/flow.h \
	%D%/known_addresses.c %D%/known_addresses.h \
	%D%/mentions.c %D%/mentions.h \
	%D%/repeats.c %D%/repeats.h \
	%D%/founders.c %D%/founders.h \
	%D%/history.c %D%/history.h \
	%D%/invitation.c %D%/invitation.h \
	%D%/whowas.c %D%/whowas.h \
	%D%/line_tags.c %D%/line_tags.h \
	%D%/listed_addresses.c %D%/listed_addresses.h \
	%D%/listing.c %D%/listing.h \
	%D%/lockdown.c %D%/lockdown.h \
	%D%/login.c %D%/login.h \
	%D%/looks.c %D%/looks.h \
	%D%/mails.c %D%/mails.h \
	%D%/masklist.c %D%/masklist.h \
	%D%/metadata.c %D%/metadata.h \
	%D%/mode_values.c %D%/mode_values.h \
	%D%/moderation.c %D%/moderation.h \
	%D%/moderation_rows.c %D%/moderation_rows.h \
	%D%/modes.c %D%/modes.h \
	%D%/monitor.c %D%/monitor.h \
	%D%/monitor_reach.c %D%/monitor_reach.h \
	%D%/msgid.c %D%/msgid.h \
	%D%/naming.c %D%/naming.h \
	%D%/notices.c %D%/notices.h \
	%D%/notification_sources.c %D%/notification_sources.h \
	%D%/offers.c %D%/offers.h \
	%D%/outbox.c %D%/outbox.h \
	%D%/named_caps.c %D%/named_caps.h \
	%D%/permanent_channels.c %D%/permanent_channels.h \
	%D%/registered_channels.c %D%/registered_channels.h \
	%D%/registration_tokens.c %D%/registration_tokens.h \
	%D%/registration.c %D%/registration.h \
	%D%/removed_bans.c %D%/removed_bans.h \
	%D%/renaming.c %D%/renaming.h \
	%D%/push_endpoints.c %D%/push_endpoints.h \
	%D%/pushes.c %D%/pushes.h \
	%D%/recent.c %D%/recent.h \
	%D%/rows.c %D%/rows.h \
	%D%/services.c %D%/services.h \
	%D%/session_extras.c \
	%D%/session.c %D%/session.h \
	%D%/session_time.c \
	%D%/session_answers.c \
	%D%/session_tls.c %D%/session_tls.h \
	%D%/sight.c %D%/sight.h \
	%D%/snapshot.c %D%/snapshot_ids.h \
	%D%/tallies.c %D%/tallies.h \
	%D%/usage.c %D%/usage.h \
	%D%/used_codes.c %D%/used_codes.h \
	%D%/user_account.c \
	%D%/user_presence.c \
	%D%/audit_log.c %D%/audit_log.h \
	%D%/operating.c %D%/operating.h \
	%D%/user.c %D%/user.h \
	%D%/user_modes.c \
	%D%/world.c %D%/world.h
