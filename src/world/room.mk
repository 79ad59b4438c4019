noinst_LIBRARIES += %D%/libworld.a
%C%_libworld_a_SOURCES = \
	%D%/acceptance.c %D%/acceptance.h \
	%D%/answer_cursor.c %D%/answer_cursor.h \
	%D%/ban_text.c \
	%D%/banmask.c %D%/banmask.h \
	%D%/bans.c %D%/bans.h \
	%D%/batch_reference.c %D%/batch_reference.h \
	%D%/caps.c %D%/caps.h \
	%D%/census.c %D%/census.h \
	%D%/channel.c %D%/channel.h \
	%D%/check.c \
	%D%/client_batch.c %D%/client_batch.h \
	%D%/event.c %D%/event.h \
	%D%/faces.c %D%/faces.h \
	%D%/fanout.c %D%/fanout.h \
	%D%/flow.c %D%/flow.h \
	%D%/invitation.c %D%/invitation.h \
	%D%/history.c %D%/history.h \
	%D%/line_tags.c %D%/line_tags.h \
	%D%/masklist.c %D%/masklist.h \
	%D%/metadata.c %D%/metadata.h \
	%D%/mode_values.c %D%/mode_values.h \
	%D%/modes.c %D%/modes.h \
	%D%/monitor.c %D%/monitor.h \
	%D%/monitor_reach.c %D%/monitor_reach.h \
	%D%/msgid.c %D%/msgid.h \
	%D%/naming.c %D%/naming.h \
	%D%/notices.c %D%/notices.h \
	%D%/outbox.c %D%/outbox.h \
	%D%/renaming.c %D%/renaming.h \
	%D%/recent.c %D%/recent.h \
	%D%/session.c %D%/session.h \
	%D%/sight.c %D%/sight.h \
	%D%/snapshot.c %D%/snapshot_ids.h \
	%D%/usage.c %D%/usage.h \
	%D%/user.c %D%/user.h \
	%D%/world.c %D%/world.h
