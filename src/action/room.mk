noinst_LIBRARIES += %D%/libaction.a
%C%_libaction_a_SOURCES = \
	%D%/account.c %D%/account.h \
	%D%/banning.c %D%/banning.h \
	%D%/broadcast.c %D%/broadcast.h \
	%D%/cap_lines.c %D%/cap_lines.h \
	%D%/cap_news.c %D%/cap_news.h \
	%D%/cloak.c %D%/cloak.h \
	%D%/channel_rules.c %D%/channel_rules.h \
	%D%/closing.c %D%/closing.h \
	%D%/command.h \
	%D%/delivery.c %D%/delivery.h \
	%D%/joining.c %D%/joining.h \
	%D%/label.c %D%/label.h \
	%D%/long_answer.c %D%/long_answer.h \
	%D%/look.c %D%/look.h \
	%D%/lookup.c %D%/lookup.h \
	%D%/metadata_push.c %D%/metadata_push.h \
	%D%/metadata_sync.c %D%/metadata_sync.h \
	%D%/metadata_words.c %D%/metadata_words.h \
	%D%/notices.c %D%/notices.h \
	%D%/presence.c %D%/presence.h \
	%D%/remark.c %D%/remark.h \
	%D%/reply.c %D%/reply.h \
	%D%/session_log.c %D%/session_log.h \
	%D%/speech.c %D%/speech.h \
	%D%/user_rules.c %D%/user_rules.h \
	%D%/views.c %D%/views.h
