# Each scenario is a test of its own: adding a .txt file and its name here is all it takes.
TEST_EXTENSIONS = .txt
TXT_LOG_COMPILER = %D%/runner/scenario
check_PROGRAMS += %D%/runner/scenario
%C%_runner_scenario_SOURCES = \
	%D%/runner/crash.c %D%/runner/crash.h \
	%D%/runner/main.c \
	%D%/runner/pattern.c %D%/runner/pattern.h \
	%D%/runner/script.c %D%/runner/script.h \
	%D%/runner/stage.c %D%/runner/stage.h
%C%_runner_scenario_LDADD = $(ROOMS_command) $(LIBS_config) $(CRYPT_LIBS)

scenarios = \
	%D%/accept.txt \
	%D%/account.txt \
	%D%/away.txt \
	%D%/bad-lines.txt \
	%D%/ban-cloak.txt \
	%D%/ban-network.txt \
	%D%/ban.txt \
	%D%/bot-mode.txt \
	%D%/broadcast.txt \
	%D%/cap.txt \
	%D%/cap-news.txt \
	%D%/cap-long.txt \
	%D%/casemapping.txt \
	%D%/client-tags.txt \
	%D%/clienttagdeny.txt \
	%D%/casemapping-utf8.txt \
	%D%/chghost.txt \
	%D%/client-batch.txt \
	%D%/cloak.txt \
	%D%/cycle.txt \
	%D%/dline.txt \
	%D%/echo-message.txt \
	%D%/empty-lists.txt \
	%D%/errors.txt \
	%D%/extended-isupport.txt \
	%D%/extended-join.txt \
	%D%/extended-monitor.txt \
	%D%/flood.txt \
	%D%/force.txt \
	%D%/hearing.txt \
	%D%/help.txt \
	%D%/hostile-bans.txt \
	%D%/hostile-channels.txt \
	%D%/hostile-door.txt \
	%D%/hostile-modes.txt \
	%D%/hostile-names.txt \
	%D%/hostile-syntax.txt \
	%D%/hostile-utf8.txt \
	%D%/invite.txt \
	%D%/isupport.txt \
	%D%/isupport-newcomers.txt \
	%D%/ison.txt \
	%D%/join.txt \
	%D%/kick.txt \
	%D%/kill.txt \
	%D%/knock.txt \
	%D%/kline-cloak.txt \
	%D%/kline.txt \
	%D%/labeled-long.txt \
	%D%/labeled-registration.txt \
	%D%/labeled-response.txt \
	%D%/limits.txt \
	%D%/list.txt \
	%D%/long-echo.txt \
	%D%/long-list.txt \
	%D%/long-who.txt \
	%D%/look.txt \
	%D%/lookup.txt \
	%D%/lusers.txt \
	%D%/message-tags.txt \
	%D%/message-tags-limits.txt \
	%D%/metadata.txt \
	%D%/metadata-3.txt \
	%D%/metadata-denied.txt \
	%D%/metadata-limits.txt \
	%D%/metadata-push.txt \
	%D%/metadata-subs.txt \
	%D%/mode-bot.txt \
	%D%/mode-channel.txt \
	%D%/mode-joining.txt \
	%D%/mode-lists.txt \
	%D%/mode-presence.txt \
	%D%/mode-ranks.txt \
	%D%/mode-speaking.txt \
	%D%/mode-oper.txt \
	%D%/mode-user.txt \
	%D%/monitor.txt \
	%D%/motd.txt \
	%D%/msgid.txt \
	%D%/multi-prefix.txt \
	%D%/multiline.txt \
	%D%/names.txt \
	%D%/nick.txt \
	%D%/no-implicit-names.txt \
	%D%/notice.txt \
	%D%/notices.txt \
	%D%/oper.txt \
	%D%/oper-cloak.txt \
	%D%/oper-network.txt \
	%D%/order.txt \
	%D%/part.txt \
	%D%/password.txt \
	%D%/ping.txt \
	%D%/pre-away.txt \
	%D%/privmsg.txt \
	%D%/quit.txt \
	%D%/registration.txt \
	%D%/rehash.txt \
	%D%/remarks.txt \
	%D%/remove.txt \
	%D%/restart.txt \
	%D%/rename.txt \
	%D%/redact-reason.txt \
	%D%/redact-rank.txt \
	%D%/redact.txt \
	%D%/relaymsg.txt \
	%D%/rename-follow.txt \
	%D%/resv.txt \
	%D%/samode.txt \
	%D%/server.txt \
	%D%/server-time.txt \
	%D%/setname.txt \
	%D%/silence.txt \
	%D%/stats.txt \
	%D%/stop.txt \
	%D%/tagmsg.txt \
	%D%/tags-of-users.txt \
	%D%/tban.txt \
	%D%/testline.txt \
	%D%/topic.txt \
	%D%/userhost.txt \
	%D%/utf8.txt \
	%D%/utf8only.txt \
	%D%/views.txt \
	%D%/wallops.txt \
	%D%/webirc.txt \
	%D%/webirc-dns.txt \
	%D%/who.txt \
	%D%/whoami.txt \
	%D%/whois.txt \
	%D%/whowas.txt \
	%D%/whox.txt \
	%D%/xline.txt
TESTS += $(scenarios)
EXTRA_DIST += $(scenarios) %D%/README.md
