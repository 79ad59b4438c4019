/* Owns the tables of reports and acts; knows nothing of the world. */
#include "report/report_rows.h"

#include "base/cleanup.h"

static const struct report_field status_fields[] = {
	{ "server", REPORT_TYPE_TEXT, "the name of the server" },
	{ "network", REPORT_TYPE_TEXT, "the name of the network" },
	{ "version", REPORT_TYPE_TEXT, "the version of papod" },
	{ "started", REPORT_TYPE_TIME, "when the chat began; restarts of papod do not count" },
	{ "clients", REPORT_TYPE_NUMBER, "connections of clients" },
	{ "newcomers", REPORT_TYPE_NUMBER, "of these, those that have no nickname yet" },
	{ "users", REPORT_TYPE_NUMBER, "nicknames; a user may have several clients or none" },
	{ "mostUsers", REPORT_TYPE_NUMBER, "the most users at one time" },
	{ "operators", REPORT_TYPE_NUMBER, "users who are operators of the server" },
	{ "channels", REPORT_TYPE_NUMBER, "channels, with or without members" },
	{ "registeredChannels", REPORT_TYPE_NUMBER, "of these, those that are registered" },
	{ "accounts", REPORT_TYPE_NUMBER, "registered accounts" },
	{ "bans", REPORT_TYPE_NUMBER, "bans of the server" },
	{ "storage", REPORT_TYPE_TEXT, "the database: works, failing, loading or missing" },
};

static const struct report_field client_fields[] = {
	{ "nick", REPORT_TYPE_TEXT, "of its user; missing before registration" },
	{ "account", REPORT_TYPE_TEXT, "the account of its user" },
	{ "device", REPORT_TYPE_TEXT, "the name of the device, if the client gave one at login" },
	{ "address", REPORT_TYPE_TEXT, "the address of the client" },
	{ "gateway", REPORT_TYPE_TEXT, "the gateway that reported this address" },
	{ "listener", REPORT_TYPE_TEXT, "the listener that accepted it" },
	{ "class", REPORT_TYPE_TEXT, "the class whose limits apply" },
	{ "tls", REPORT_TYPE_FLAG, "whether the connection is encrypted" },
	{ "connected", REPORT_TYPE_TIME, "when it connected" },
	{ "linesReceived", REPORT_TYPE_NUMBER, "lines that it sent" },
	{ "linesSent", REPORT_TYPE_NUMBER, "lines sent to it" },
	{ "listed", REPORT_TYPE_TEXT, "the DNS blocklists that its address is in" },
};

static const struct report_field user_fields[] = {
	{ "nick", REPORT_TYPE_TEXT, "the nickname" },
	{ "user", REPORT_TYPE_TEXT, "the user of nick!user@host" },
	{ "host", REPORT_TYPE_TEXT, "the host that others see" },
	{ "realHost", REPORT_TYPE_TEXT, "the true host: a name or an address" },
	{ "account", REPORT_TYPE_TEXT, "the account of the user" },
	{ "modes", REPORT_TYPE_TEXT, "letters, see papod-irc(7)" },
	{ "operator", REPORT_TYPE_TEXT,
		"the name of its operator entry, for operators of the server" },
	{ "away", REPORT_TYPE_TEXT, "the reason, if it is away" },
	{ "channels", REPORT_TYPE_NUMBER, "channels that it is in" },
	{ "clients", REPORT_TYPE_NUMBER, "clients that are connected" },
	{ "since", REPORT_TYPE_TIME, "when it signed on" },
	{ "realName", REPORT_TYPE_TEXT, "the real name that it gave" },
};

static const struct report_field channel_fields[] = {
	{ "name", REPORT_TYPE_TEXT, "the name, with its prefix" },
	{ "members", REPORT_TYPE_NUMBER, "users in the channel" },
	{ "modes", REPORT_TYPE_TEXT, "letters and their values; keys are hidden" },
	{ "founder", REPORT_TYPE_TEXT, "the account that registered it" },
	{ "created", REPORT_TYPE_TIME, "when it was created" },
	{ "topic", REPORT_TYPE_TEXT, "the topic" },
};

static const struct report_field whois_fields[] = {
	{ "nick", REPORT_TYPE_TEXT, "the nickname" },
	{ "user", REPORT_TYPE_TEXT, "the user of nick!user@host" },
	{ "host", REPORT_TYPE_TEXT, "the host that others see" },
	{ "realHost", REPORT_TYPE_TEXT, "the true host: a name or an address" },
	{ "address", REPORT_TYPE_TEXT, "the address of its first client" },
	{ "account", REPORT_TYPE_TEXT, "the account of the user" },
	{ "realName", REPORT_TYPE_TEXT, "the real name that it gave" },
	{ "modes", REPORT_TYPE_TEXT, "letters, see papod-irc(7)" },
	{ "operator", REPORT_TYPE_TEXT, "the name of its operator entry" },
	{ "away", REPORT_TYPE_TEXT, "the reason, if it is away" },
	{ "clients", REPORT_TYPE_NUMBER, "clients that are connected" },
	{ "certificates", REPORT_TYPE_TEXT, "SHA-256 of its clients' certificates" },
	{ "channels", REPORT_TYPE_TEXT, "its channels, with the prefixes of its ranks" },
	{ "since", REPORT_TYPE_TIME, "when it signed on" },
};

static const struct report_field why_fields[] = {
	{ "effect", REPORT_TYPE_TEXT,
		"the effect: exempt, refused, muted, slowed, limited or listed" },
	{ "where", REPORT_TYPE_TEXT, "the channel, the connection class or the option" },
	{ "mask", REPORT_TYPE_TEXT, "the mask that matches" },
	{ "reason", REPORT_TYPE_TEXT, "the cause, in words" },
	{ "setter", REPORT_TYPE_TEXT, "the user who set it, or the place in the configuration" },
	{ "expires", REPORT_TYPE_TIME, "when it ends, if that is known" },
};

static const struct report_field member_fields[] = {
	{ "nick", REPORT_TYPE_TEXT, "the nickname" },
	{ "ranks", REPORT_TYPE_TEXT, "its prefixes, the highest first" },
	{ "account", REPORT_TYPE_TEXT, "the account of the user" },
	{ "host", REPORT_TYPE_TEXT, "the host that others see" },
	{ "away", REPORT_TYPE_FLAG, "whether the user is away" },
	{ "hidden", REPORT_TYPE_FLAG, "whether other members cannot see it yet" },
};

static const struct report_field registered_fields[] = {
	{ "name", REPORT_TYPE_TEXT, "the name, with its prefix" },
	{ "founder", REPORT_TYPE_TEXT, "the account that registered it" },
	{ "heir", REPORT_TYPE_TEXT, "the account that may become its founder" },
	{ "registered", REPORT_TYPE_TIME, "when it was registered" },
	{ "members", REPORT_TYPE_NUMBER, "users in the channel" },
	{ "access", REPORT_TYPE_NUMBER, "accounts that get a rank there" },
	{ "held", REPORT_TYPE_FLAG, "whether an operator keeps it from expiring" },
	{ "history", REPORT_TYPE_TEXT,
		"what is recorded: server (as configured), off, on or memory" },
};

static const struct report_field ban_fields[] = {
	{ "kind", REPORT_TYPE_TEXT, "the kind: K-line, D-line, RESV, X-line, SHUN or E-line" },
	{ "mask", REPORT_TYPE_TEXT, "the mask" },
	{ "reason", REPORT_TYPE_TEXT, "the reason, which clients see" },
	{ "setter", REPORT_TYPE_TEXT, "the operator, or the place in the configuration" },
	{ "set", REPORT_TYPE_TIME, "when it was set" },
	{ "expires", REPORT_TYPE_TIME, "when it ends; missing for permanent bans" },
	{ "hits", REPORT_TYPE_NUMBER,
		"how often it refused, disconnected or muted a client, or as an E-line let one in "
		"despite a ban, since papod or its machine was started; papod-gate refuses "
		"addresses before papod sees them" },
};

static const struct report_field audit_fields[] = {
	{ "time", REPORT_TYPE_TIME, "when it was done" },
	{ "operator", REPORT_TYPE_TEXT, "the operator, or who a program has claimed to be" },
	{ "source", REPORT_TYPE_TEXT, "nick!user@host, or the server for the control socket" },
	{ "act", REPORT_TYPE_TEXT, "the command" },
	{ "target", REPORT_TYPE_TEXT, "what it was about" },
	{ "details", REPORT_TYPE_TEXT, "its other parameters, such as the reason" },
};

static const struct report_param audit_params[] = {
	{ "mask", "MASK", "only entries whose operator, source, act or target it matches",
		.word = REPORT_WORD_ANY, .is_optional = true },
};

static const struct report_field message_fields[] = {
	{ "time", REPORT_TYPE_TIME, "when it was said" },
	{ "msgid", REPORT_TYPE_TEXT, "its id" },
	{ "target", REPORT_TYPE_TEXT, "the channel, or the nickname that got it" },
	{ "command", REPORT_TYPE_TEXT, "PRIVMSG, NOTICE or, of an event, JOIN and others" },
	{ "source", REPORT_TYPE_TEXT, "nick!user@host" },
	{ "account", REPORT_TYPE_TEXT, "the account that the source was logged in to" },
	{ "text", REPORT_TYPE_TEXT, "the text; of an event, the parameters behind the channel" },
};

#define SINCE_PARAM                                                                                \
	{                                                                                          \
		"since", "TIME",                                                                   \
			"only from that time on: 2026-01-31T12:00:00Z, 2026-01-31, or 2h for so "  \
			"long ago",                                                                \
			.is_optional = true, .is_flag = true                                       \
	}
#define BEFORE_PARAM                                                                               \
	{                                                                                          \
		"before", "TIME", "only before that time", .is_optional = true, .is_flag = true    \
	}
#define FROM_PARAM                                                                                 \
	{                                                                                          \
		"from", "NICK", "only from this nickname", .word = REPORT_WORD_NICK,               \
							   .is_optional = true, .is_flag = true    \
	}
#define LIMIT_PARAM                                                                                \
	{                                                                                          \
		"limit", "NUMBER",                                                                 \
			"at most so many, the newest; 100 if it is left out, and 1000 "            \
			"at most",                                                                 \
			.is_optional = true, .is_flag = true                                       \
	}

static const struct report_param history_params[] = {
	{ "place", "CHANNEL|ACCOUNT",
		"the channel, or the account whose private conversations are wanted",
		.word = REPORT_WORD_PLACE },
	SINCE_PARAM,
	BEFORE_PARAM,
	FROM_PARAM,
	LIMIT_PARAM,
};

static const struct report_param search_params[] = {
	{ "words", "WORD", "words of the text, all of which it has; WOR* is a beginning",
		.is_rest = true },
	{ "in", "CHANNEL|ACCOUNT", "only there; without it, in all channels",
		.word = REPORT_WORD_PLACE, .is_optional = true, .is_flag = true },
	SINCE_PARAM,
	BEFORE_PARAM,
	FROM_PARAM,
	LIMIT_PARAM,
};

static const struct report_param export_params[] = {
	{ "channel", "CHANNEL", "the name of the channel", .word = REPORT_WORD_CHANNEL },
	SINCE_PARAM,
	BEFORE_PARAM,
};

static const struct report_field listener_fields[] = {
	{ "name", REPORT_TYPE_TEXT, "the name" },
	{ "address", REPORT_TYPE_TEXT, "the address, or the path of a Unix socket" },
	{ "port", REPORT_TYPE_NUMBER, "the port; 0 for a Unix socket" },
	{ "kind", REPORT_TYPE_TEXT, "irc, websocket or datagram" },
	{ "tls", REPORT_TYPE_FLAG, "whether clients use TLS there" },
	{ "clients", REPORT_TYPE_NUMBER, "clients that came through it" },
};

static const struct report_field certificate_fields[] = {
	{ "name", REPORT_TYPE_TEXT, "the name of its entry; missing for the one of the group tls" },
	{ "certificate", REPORT_TYPE_TEXT, "the file of the certificate" },
	{ "key", REPORT_TYPE_TEXT, "the file of its key" },
	{ "acme", REPORT_TYPE_FLAG, "whether papod-acme gets and renews it" },
	{ "verified", REPORT_TYPE_TEXT,
		"whether clients can verify the certificates of the server, as papod-gate says: "
		"good, bad or unknown" },
	{ "names", REPORT_TYPE_TEXT, "the names that it is for, if papod-gate uses it" },
	{ "expires", REPORT_TYPE_TIME, "when it expires, likewise" },
};

static const struct report_field change_fields[] = {
	{ "option", REPORT_TYPE_TEXT, "the option, with the entry of its list" },
	{ "current", REPORT_TYPE_TEXT, "the value in force; missing for secrets" },
	{ "new", REPORT_TYPE_TEXT, "the value in the files; missing for secrets" },
	{ "needsRestart", REPORT_TYPE_FLAG, "whether only a restart applies it" },
};

static const struct report_param backup_params[] = {
	{ "file", "FILE", "a new file, or one that is replaced; or a directory, for history, too",
		.word = REPORT_WORD_FILE },
};

static const struct report_param edit_params[] = {
	{ "file", "FILE", "papod.conf, if it is left out; or a file in conf.d",
		.word = REPORT_WORD_FILE, .is_optional = true },
};

static const struct report_param complete_params[] = {
	{ "word", "WORD", "the words of the command line behind papoctl", .word = REPORT_WORD_ANY,
		.is_optional = true, .is_rest = true },
};

static const struct report_param nick_params[] = {
	{ "nick", "NICK", "the nickname of the user", .word = REPORT_WORD_NICK },
};

static const struct report_param client_params[] = {
	{ "nick", "NICK", "only the clients of this user", .word = REPORT_WORD_NICK,
		.is_optional = true },
};

static const struct report_param channel_params[] = {
	{ "channel", "CHANNEL", "the name of the channel", .word = REPORT_WORD_CHANNEL },
};

static const struct report_param why_params[] = {
	{ "subject", "NICK|ADDRESS|CHANNEL", "a nickname, an address, nick!user@host or a channel",
		.word = REPORT_WORD_TARGET },
};

static const struct report_param kill_params[] = {
	{ "nick", "NICK", "the nickname of the user", .word = REPORT_WORD_NICK },
	{ "reason", "REASON", "what the user and others are told", .is_rest = true },
};

static const struct report_param kick_params[] = {
	{ "channel", "CHANNEL", "the name of the channel", .word = REPORT_WORD_CHANNEL },
	{ "nick", "NICK", "the nickname of the member", .word = REPORT_WORD_NICK },
	{ "reason", "REASON", "what the channel is told", .is_optional = true, .is_rest = true },
};

static const struct report_param notice_params[] = {
	{ "target", "NICK|CHANNEL|*|$#HOST",
		"a nickname, a channel, * for all users, or $# and a mask for those whose host "
		"matches: $#*.example.org",
		.word = REPORT_WORD_TARGET },
	{ "text", "TEXT", "the text", .is_rest = true },
};

static const struct report_param ban_add_params[] = {
	{ "kind", "KIND", "kline, dline, resv, xline, shun or eline, as the commands of IRC",
		.word = REPORT_WORD_BAN },
	{ "mask", "MASK", "the mask, as the command of IRC takes it", .word = REPORT_WORD_ANY,
		.is_target = true },
	{ "reason", "REASON", "the reason, which clients see", .is_optional = true,
		.is_rest = true },
	{ "duration", "DURATION", "such as 30m or 1d12h; without one, the ban is permanent",
		.is_optional = true, .is_flag = true },
};

static const struct report_param ban_remove_params[] = {
	{ "kind", "KIND", "kline, dline, resv, xline, shun or eline, as the commands of IRC",
		.word = REPORT_WORD_BAN },
	{ "mask", "MASK", "the mask, as the list of bans shows it", .word = REPORT_WORD_MASK,
		.is_target = true },
};

static const struct report_param log_level_params[] = {
	{ "level", "LEVEL",
		"error, warning, notice, info or debug: the least urgent entries that are written",
		.is_optional = true, .choices = "error warning notice info debug" },
};

#include "report/moderation_rows.inc"
#include "report/registry_rows.inc"

#define FIELDS(list) .fields = (list), .n_fields = ARRAY_LENGTH(list)
#define PARAMS(list) .params = (list), .n_params = ARRAY_LENGTH(list)

static const struct report_row rows[REPORT_KINDS] = {
	[REPORT_KIND_STATUS] = { "status", "GetStatus", "status", "Status",
		"The state of the server", FIELDS(status_fields), .is_single = true },
	[REPORT_KIND_CLIENTS] = { "clients", "ListClients", "clients", "Client",
		"The connections of clients: the sessions of users", FIELDS(client_fields),
		PARAMS(client_params) },
	[REPORT_KIND_USERS] = { "users", "ListUsers", "users", "User", "The users of the chat",
		FIELDS(user_fields) },
	[REPORT_KIND_WHOIS] = { "whois", "GetUser", "user", "UserDetails", "One user, in detail",
		FIELDS(whois_fields), PARAMS(nick_params), .is_single = true },
	[REPORT_KIND_WHOWAS] = { "whowas", "ListPastUsers", "users", "PastUser",
		"The users who had a nickname before, the latest first", FIELDS(whowas_fields),
		PARAMS(past_nick_params) },
	[REPORT_KIND_METADATA] = { "metadata list", "ListMetadata", "entries", "MetadataEntry",
		"The metadata that a user or a channel publishes", FIELDS(metadata_fields),
		PARAMS(metadata_params) },
	[REPORT_KIND_WHY] = { "why", "ListReasons", "reasons", "Reason",
		"Why a client is or would be refused, slowed down or muted", FIELDS(why_fields),
		PARAMS(why_params) },
	[REPORT_KIND_CHANNELS] = { "channels", "ListChannels", "channels", "Channel",
		"The channels, secret ones too", FIELDS(channel_fields) },
	[REPORT_KIND_MEMBERS] = { "members", "ListMembers", "members", "Member",
		"The members of a channel", FIELDS(member_fields), PARAMS(channel_params) },
	[REPORT_KIND_REGISTERED] = { "registered", "ListRegisteredChannels", "channels",
		"RegisteredChannel", "The channels that are registered, with members or without",
		FIELDS(registered_fields) },
	[REPORT_KIND_ACCOUNTS] = { "accounts", "ListAccounts", "accounts", "Account",
		"The registered accounts", FIELDS(account_fields) },
	[REPORT_KIND_ACCESS] = { "channel access", "ListAccess", "accounts", "AccountRank",
		"The accounts that get a rank on a registered channel", FIELDS(access_fields),
		PARAMS(channel_params) },
	[REPORT_KIND_INVITATIONS] = { "invitations", "ListInvitations", "invitations", "Invitation",
		"The invitations to register an account that are not used yet",
		FIELDS(invitation_fields) },
	[REPORT_KIND_UPLOADS] = { "uploads", "ListUploads", "files", "Upload",
		"The files that an account has uploaded, the newest first. The audit log notes who "
		"looks",
		FIELDS(upload_fields), PARAMS(uploads_params), .is_past = true,
		.line = "NickServ UPLOADS LIST", .partial = "there are more files than these" },
	[REPORT_KIND_BANS] = { "bans", "ListBans", "bans", "Ban",
		"The bans of the server, those of the configuration too", FIELDS(ban_fields) },
	[REPORT_KIND_AUDIT] = { "audit", "ListAudit", "entries", "AuditEntry",
		"What operators and administrators have done: the newest 100 entries",
		FIELDS(audit_fields), PARAMS(audit_params) },
	[REPORT_KIND_HISTORY] = { "history", "ListMessages", "messages", "Message",
		"What was said in a channel, or in private to or from an account: the newest "
		"messages. The audit log notes who reads",
		FIELDS(message_fields), PARAMS(history_params), .is_past = true },
	[REPORT_KIND_SEARCH] = { "search", "SearchMessages", "messages", "Message",
		"Search what was said in channels, or in private to or from an account. The audit "
		"log notes who reads, and the words",
		FIELDS(message_fields), PARAMS(search_params), .is_past = true },
	[REPORT_KIND_EXPORT] = { "export", "ExportMessages", "messages", "Message",
		"All that was said and happened in a channel, from the oldest message on, as a "
		"line of JSON for each. The audit log notes who reads",
		FIELDS(message_fields), PARAMS(export_params), .is_past = true, .is_stream = true },
	[REPORT_KIND_LISTENERS] = { "listeners", "ListListeners", "listeners", "Listener",
		"The listeners of the configuration", FIELDS(listener_fields) },
	[REPORT_KIND_CERTIFICATES] = { "certificates", "ListCertificates", "certificates",
		"Certificate", "The certificates of the configuration",
		FIELDS(certificate_fields) },
	[REPORT_KIND_CHANGES] = { "changes", "ListChanges", "changes", "Change",
		"What a reload would change now", FIELDS(change_fields) },
	[REPORT_KIND_FILTERS] = { "filters", "ListFilters", "filters", "Filter",
		"The filters, those of the configuration too", FIELDS(filter_fields) },
	[REPORT_KIND_FILTER_TEST] = { "filter test", "TestFilters", "hits", "FilterHit",
		"Which filters a text would hit, in whatever place; nothing is done and counted",
		FIELDS(filter_hit_fields), PARAMS(text_params) },
	[REPORT_KIND_FILTER_ADD] = { "filter add", "AddFilter", .help = "Add a filter",
		PARAMS(filter_add_params), .line = "FILTER ADD" },
	[REPORT_KIND_FILTER_REMOVE] = { "filter remove", "RemoveFilter", .help = "Remove a filter",
		PARAMS(filter_params), .line = "FILTER DEL" },
	[REPORT_KIND_FILTER_DRY] = { "filter dry", "DryRunFilter",
		.help = "Let a filter only count and report hits", PARAMS(filter_params),
		.line = "FILTER DRY" },
	[REPORT_KIND_FILTER_ON] = { "filter on", "SwitchFilterOn",
		.help = "Let a filter act again, after a dry run or when it was switched off",
		PARAMS(filter_params), .line = "FILTER ON" },
	[REPORT_KIND_FILTER_REASON] = { "filter reason", "SetFilterReason",
		.help = "Say what users are told whom a filter hits", PARAMS(filter_reason_params),
		.line = "FILTER REASON" },
	[REPORT_KIND_REPORTS] = { "reports", "ListReports", "reports", "UserReport",
		"What users have reported, and no operator has closed yet",
		FIELDS(complaint_fields) },
	[REPORT_KIND_REPORT_TAKE] = { "report take", "TakeReport",
		.help = "Tell other operators that you work on a report", PARAMS(take_params),
		.line = "REPORTS TAKE" },
	[REPORT_KIND_REPORT_CLOSE] = { "report close", "CloseReport",
		.help = "Remove a report, and send its reporter the answer", PARAMS(close_params),
		.line = "REPORTS CLOSE" },
	[REPORT_KIND_LOCKDOWN] = { "lockdown", "GetLockdown", "lockdown", "Lockdown",
		"Who may become a new user", FIELDS(lockdown_fields), .is_single = true },
	[REPORT_KIND_LOCKDOWN_SET] = { "lockdown set", "SetLockdown",
		.help = "Admit only clients that log in (accounts), only accounts that were there "
			"before (known), no new users (closed), or all clients (off)",
		PARAMS(lockdown_params), .line = "LOCKDOWN" },
	[REPORT_KIND_FORCE_JOIN] = { "force join", "ForceJoin",
		.help = "Make a user join a channel, regardless of its modes and limits",
		PARAMS(force_join_params), .line = "SAJOIN" },
	[REPORT_KIND_FORCE_PART] = { "force part", "ForcePart",
		.help = "Make a user leave a channel", PARAMS(force_part_params),
		.line = "SAPART" },
	[REPORT_KIND_FORCE_NICK] = { "force nick", "ForceNick",
		.help = "Give a user another nickname", PARAMS(force_nick_params),
		.line = "SANICK" },
	[REPORT_KIND_FORCE_HOST] = { "force host", "ForceHost",
		.help = "Give a user another visible host", PARAMS(force_host_params),
		.line = "CHGHOST" },
	[REPORT_KIND_FORCE_MODE] = { "force mode", "ForceMode",
		.help = "Change the modes of a channel, in the name of the server",
		PARAMS(force_mode_params), .line = "SAMODE" },
	[REPORT_KIND_RENAME] = { "rename", "RenameChannel",
		.help = "Rename a channel; members, modes and topic stay", PARAMS(rename_params),
		.line = "RENAME" },
	[REPORT_KIND_METADATA_SET] = { "metadata set", "SetMetadata",
		.help = "Set or remove a key of the metadata of a user or a channel",
		PARAMS(metadata_set_params), .line = "METADATA % SET" },
	[REPORT_KIND_METADATA_CLEAR] = { "metadata clear", "ClearMetadata",
		.help = "Remove all metadata of a user or a channel", PARAMS(metadata_params),
		.line = "METADATA % CLEAR" },
	[REPORT_KIND_ACCOUNT_SUSPEND] = { "account suspend", "SuspendAccount",
		.help = "Let no client log in to an account, and disconnect those that are",
		PARAMS(account_params), .line = "NickServ SUSPEND" },
	[REPORT_KIND_ACCOUNT_UNSUSPEND] = { "account unsuspend", "UnsuspendAccount",
		.help = "Let clients log in to an account again", PARAMS(account_params),
		.line = "NickServ UNSUSPEND" },
	[REPORT_KIND_ACCOUNT_HOLD] = { "account hold", "HoldAccount",
		.help = "Keep an account, however long it is not used, or let it expire",
		PARAMS(account_hold_params), .line = "NickServ HOLD" },
	[REPORT_KIND_ACCOUNT_TOTP_RESET] = { "account totp-reset", "ResetTotp",
		.help = "Let an account need no codes of six digits, if its owner has lost the app",
		PARAMS(account_params), .line = "NickServ TOTPRESET" },
	[REPORT_KIND_ACCOUNT_ERASE] = { "account erase", "EraseAccountMessages",
		.help = "Remove all that an account has said from the history",
		PARAMS(account_code_params), .line = "NickServ ERASE" },
	[REPORT_KIND_ACCOUNT_DROP] = { "account drop", "DropAccount",
		.help = "End an account, and erase what is stored about it",
		PARAMS(account_code_params), .line = "NickServ DROP" },
	[REPORT_KIND_CHANNEL_HOLD] = { "channel hold", "HoldChannel",
		.help = "Keep a registered channel, however long it is not used, or let it expire",
		PARAMS(channel_hold_params), .line = "ChanServ HOLD" },
	[REPORT_KIND_CHANNEL_DROP] = { "channel drop", "DropChannel",
		.help = "End the registration of a channel", PARAMS(channel_code_params),
		.line = "ChanServ DROP" },
	[REPORT_KIND_CHANNEL_TRANSFER] = { "channel transfer", "TransferChannel",
		.help = "Offer a registered channel to another account, which becomes its founder "
			"with TRANSFER ACCEPT of ChanServ",
		PARAMS(transfer_params), .line = "ChanServ TRANSFER" },
	[REPORT_KIND_INVITATION_ADD] = { "invitation add", "AddInvitation",
		.help = "Make an invitation, which registers one account where not everybody may "
			"register one",
		PARAMS(invitation_add_params), .line = "NickServ INVITATION ADD" },
	[REPORT_KIND_INVITATION_REMOVE] = { "invitation remove", "RemoveInvitation",
		.help = "Remove an invitation", PARAMS(invitation_params),
		.line = "NickServ INVITATION DEL" },
	[REPORT_KIND_UPLOAD_DELETE] = { "upload delete", "DeleteUpload",
		.help = "Delete a file that a user has uploaded", PARAMS(upload_params),
		.line = "NickServ UPLOADS DELETE" },
	[REPORT_KIND_WALLOPS] = { "wallops", "SendWallops",
		.help = "Send a message to all users with user mode w", PARAMS(text_params),
		.line = "WALLOPS" },
	[REPORT_KIND_KILL] = { "kill", "Kill", .help = "Disconnect a user", PARAMS(kill_params) },
	[REPORT_KIND_KICK] = { "kick", "Kick", .help = "Remove a member from a channel",
		PARAMS(kick_params) },
	[REPORT_KIND_NOTICE] = { "notice", "SendNotice",
		.help = "Send a notice of the server to a user, a channel or all users",
		PARAMS(notice_params) },
	[REPORT_KIND_BAN_ADD] = { "ban add", "AddBan", .help = "Set a ban of the server",
		PARAMS(ban_add_params) },
	[REPORT_KIND_BAN_REMOVE] = { "ban remove", "RemoveBan",
		.help = "Remove a ban of the server", PARAMS(ban_remove_params) },
	[REPORT_KIND_RELOAD] = { "reload", "Reload",
		.help = "Read the configuration again, or change nothing if it has errors" },
	[REPORT_KIND_LOG_LEVEL] = { "log-level", "SetLogLevel",
		.help = "Show or change which entries papod and papod-gate write to the log, until "
			"papod is restarted; a reload keeps the level",
		PARAMS(log_level_params) },
	[REPORT_KIND_BACKUP] = { "backup", .help = "Copy the databases, as papod --backup does",
		PARAMS(backup_params) },
	[REPORT_KIND_EDIT] = { "edit",
		.help = "Edit the configuration as root, check it, show what changes, and apply it",
		PARAMS(edit_params) },
	[REPORT_KIND_COMPLETE] = { "complete",
		.help = "Print what the last word may become, for the completion of shells",
		PARAMS(complete_params) },
};

const struct report_row *report_row(enum report_kind kind)
{
	return &rows[kind];
}
