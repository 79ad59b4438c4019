noinst_LIBRARIES += %D%/libcommand.a
%C%_libcommand_a_SOURCES = \
	%D%/accept.c \
	%D%/account.c %D%/account.h \
	%D%/admin.c \
	%D%/away.c \
	%D%/ban.c \
	%D%/banning.c %D%/banning.h \
	%D%/batch.c %D%/batch.h \
	%D%/broadcast.c %D%/broadcast.h \
	%D%/cap.c \
	%D%/cap_lines.c %D%/cap_lines.h \
	%D%/cap_news.c %D%/cap_news.h \
	%D%/chghost.c \
	%D%/cloak.c %D%/cloak.h \
	%D%/closing.c %D%/closing.h \
	%D%/command.h \
	%D%/commands.c %D%/commands.def %D%/commands.h \
	%D%/cycle.c \
	%D%/dispatch.c %D%/dispatch.h \
	%D%/force.c %D%/force.h \
	%D%/hearing.c %D%/hearing.h \
	%D%/help.c \
	%D%/info.c \
	%D%/invite.c \
	%D%/ison.c \
	%D%/isupport.c %D%/isupport.h \
	%D%/join.c %D%/join.h \
	%D%/joining.c %D%/joining.h \
	%D%/kick.c \
	%D%/kill.c \
	%D%/label.c %D%/label.h \
	%D%/knock.c \
	%D%/links.c \
	%D%/list.c \
	%D%/long_answer.c %D%/long_answer.h \
	%D%/look.c %D%/look.h \
	%D%/lookup.c %D%/lookup.h \
	%D%/lusers.c %D%/lusers.h \
	%D%/metadata.c \
	%D%/metadata_push.c %D%/metadata_push.h \
	%D%/metadata_subs.c %D%/metadata_subs.h \
	%D%/metadata_sync.c %D%/metadata_sync.h \
	%D%/metadata_words.c %D%/metadata_words.h \
	%D%/mode.c \
	%D%/mode_channel.c %D%/mode_channel.h \
	%D%/mode_list.c %D%/mode_list.h \
	%D%/mode_user.c %D%/mode_user.h \
	%D%/monitor.c \
	%D%/motd.c %D%/motd.h \
	%D%/names.c %D%/names.h \
	%D%/nick.c %D%/nick.h \
	%D%/notify.c %D%/notify.h \
	%D%/oper.c %D%/oper.h \
	%D%/part.c %D%/part.h \
	%D%/pass.c \
	%D%/ping.c \
	%D%/presence.c %D%/presence.h \
	%D%/privmsg.c %D%/privmsg.h \
	%D%/quit.c \
	%D%/registration.c %D%/registration.h \
	%D%/rehash.c %D%/rehash.h \
	%D%/rename.c \
	%D%/reply.c %D%/reply.h \
	%D%/restart.c %D%/restart.h \
	%D%/samode.c \
	%D%/redact.c \
	%D%/session_log.c %D%/session_log.h \
	%D%/relaymsg.c \
	%D%/remark.c %D%/remark.h \
	%D%/setname.c %D%/setname.h \
	%D%/silence.c \
	%D%/speaking.c %D%/speaking.h \
	%D%/speech.c %D%/speech.h \
	%D%/stats.c \
	%D%/tban.c %D%/tban.h \
	%D%/testline.c \
	%D%/time.c \
	%D%/timers.c %D%/timers.h \
	%D%/topic.c %D%/topic.h \
	%D%/user.c \
	%D%/userhost.c \
	%D%/version.c \
	%D%/views.c %D%/views.h \
	%D%/wallops.c \
	%D%/webirc.c %D%/webirc.h \
	%D%/who.c \
	%D%/who_query.c %D%/who_query.h \
	%D%/who_reply.c %D%/who_reply.h \
	%D%/whois.c \
	%D%/whowas.c
