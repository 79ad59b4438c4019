/* Owns the list of all commands; their rows are at the end of their files. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "command/command.h"

extern const struct command command_accept, command_admin, command_away, command_cap,
	command_connect, command_cycle, command_dline, command_error, command_help, command_helpop,
	command_info, command_invite, command_ison, command_join, command_kick, command_kill,
	command_kline, command_knock, command_links, command_list, command_lusers, command_mode,
	command_motd, command_names, command_nick, command_notice, command_oper, command_part,
	command_pass, command_ping, command_pong, command_privmsg, command_quit, command_rehash,
	command_remove, command_rename, command_restart, command_resv, command_rules,
	command_sajoin, command_samode, command_sanick, command_sapart, command_setname,
	command_silence, command_squit, command_stats, command_tagmsg, command_tban,
	command_testline, command_time, command_topic, command_undline, command_unkline,
	command_unresv, command_unxline, command_user, command_userhost, command_userip,
	command_version, command_wallops, command_who, command_whois, command_whowas, command_xline;
extern const struct command command_chghost, command_isupport, command_monitor, command_webirc;
extern const struct command command_batch, command_metadata, command_redact, command_relaymsg;

/* Sorted by name: found by bisection. */
static const struct command *const rows[] = {
	&command_accept,
	&command_admin,
	&command_away,
	&command_batch,
	&command_cap,
	&command_chghost,
	&command_connect,
	&command_cycle,
	&command_dline,
	&command_error,
	&command_help,
	&command_helpop,
	&command_info,
	&command_invite,
	&command_ison,
	&command_isupport,
	&command_join,
	&command_kick,
	&command_kill,
	&command_kline,
	&command_knock,
	&command_links,
	&command_list,
	&command_lusers,
	&command_metadata,
	&command_mode,
	&command_monitor,
	&command_motd,
	&command_names,
	&command_nick,
	&command_notice,
	&command_oper,
	&command_part,
	&command_pass,
	&command_ping,
	&command_pong,
	&command_privmsg,
	&command_quit,
	&command_redact,
	&command_rehash,
	&command_relaymsg,
	&command_remove,
	&command_rename,
	&command_restart,
	&command_resv,
	&command_rules,
	&command_sajoin,
	&command_samode,
	&command_sanick,
	&command_sapart,
	&command_setname,
	&command_silence,
	&command_squit,
	&command_stats,
	&command_tagmsg,
	&command_tban,
	&command_testline,
	&command_time,
	&command_topic,
	&command_undline,
	&command_unkline,
	&command_unresv,
	&command_unxline,
	&command_user,
	&command_userhost,
	&command_userip,
	&command_version,
	&command_wallops,
	&command_webirc,
	&command_who,
	&command_whois,
	&command_whowas,
	&command_xline,
};

const struct command *const *commands_all(size_t *ret_count)
{
	*ret_count = ARRAY_LENGTH(rows);
	return rows;
}

/* The name may be in any case, the rows' are in capitals. */
static int compare(const void *name, const void *row)
{
	const char *a = name, *b = (*(const struct command *const *) row)->name;

	while (*a && text_upper(*a) == *b) {
		a++;
		b++;
	}
	return (unsigned char) text_upper(*a) - (unsigned char) *b;
}

const struct command *command_find(const char *name)
{
	const struct command *const *found =
		bsearch(name, rows, ARRAY_LENGTH(rows), sizeof(rows[0]), compare);

	return found ? *found : NULL;
}
