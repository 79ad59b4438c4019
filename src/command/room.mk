noinst_LIBRARIES += %D%/libcommand.a
%C%_libcommand_a_SOURCES = \
	%D%/accept.c \
	%D%/administering.c %D%/administering.h \
	%D%/admin.c \
	%D%/attach.c %D%/attach.h \
	%D%/audit.c \
	%D%/authenticate.c %D%/authenticate.h \
	%D%/away.c \
	%D%/ban.c \
	%D%/batch.c %D%/batch.h \
	%D%/cap.c \
	%D%/chanserv.c \
	%D%/chathistory.c %D%/chathistory.h \
	%D%/chghost.c \
	%D%/client_line.c %D%/client_line.h \
	%D%/clientcert.c %D%/clientcert.h \
	%D%/commands.c %D%/commands.def %D%/commands.h \
	%D%/complaints.c \
	%D%/cycle.c \
	%D%/dispatch.c %D%/dispatch.h \
	%D%/edit.c \
	%D%/filehost.c %D%/filehost.h \
	%D%/filter.c \
	%D%/help.c \
	%D%/info.c \
	%D%/invite.c \
	%D%/ison.c \
	%D%/isupport.c %D%/isupport.h \
	%D%/join.c %D%/join.h \
	%D%/kick.c \
	%D%/kill.c \
	%D%/knock.c \
	%D%/line_secret.c %D%/line_secret.h \
	%D%/links.c \
	%D%/list.c \
	%D%/lockdown.c \
	%D%/logins.c %D%/logins.h \
	%D%/lusers.c %D%/lusers.h \
	%D%/markread.c \
	%D%/metadata.c \
	%D%/metadata_subs.c %D%/metadata_subs.h \
	%D%/mode.c \
	%D%/mode_channel.c %D%/mode_channel.h \
	%D%/mode_list.c %D%/mode_list.h \
	%D%/mode_user.c %D%/mode_user.h \
	%D%/monitor.c \
	%D%/motd.c %D%/motd.h \
	%D%/names.c %D%/names.h \
	%D%/nick.c \
	%D%/nickserv.c \
	%D%/oper.c %D%/oper.h \
	%D%/part.c %D%/part.h \
	%D%/pass.c %D%/pass.h \
	%D%/persistence.c %D%/persistence.h \
	%D%/ping.c \
	%D%/privmsg.c %D%/privmsg.h \
	%D%/quit.c \
	%D%/register.c %D%/register.h \
	%D%/registration.c %D%/registration.h \
	%D%/rehash.c %D%/rehash.h \
	%D%/rename.c \
	%D%/restart.c %D%/restart.h \
	%D%/sa_commands.c %D%/sa_commands.h \
	%D%/samode.c \
	%D%/redact.c %D%/redact.h \
	%D%/relaymsg.c \
	%D%/search.c %D%/search.h \
	%D%/setname.c %D%/setname.h \
	%D%/silence.c \
	%D%/stats.c \
	%D%/stored.c %D%/stored.h \
	%D%/tban.c %D%/tban.h \
	%D%/testline.c \
	%D%/time.c \
	%D%/timers.c %D%/timers.h \
	%D%/token.c \
	%D%/topic.c %D%/topic.h \
	%D%/user.c \
	%D%/userhost.c \
	%D%/verify.c %D%/verify.h \
	%D%/version.c \
	%D%/wallops.c \
	%D%/webpush.c %D%/webpush.h \
	%D%/webirc.c %D%/webirc.h \
	%D%/who.c \
	%D%/who_query.c %D%/who_query.h \
	%D%/who_reply.c %D%/who_reply.h \
	%D%/whois.c \
	%D%/whowas.c \
	%D%/znc.c %D%/znc.h
