/* Owns the lines of WHO. Modern IRC, "RPL_WHOREPLY (352)"; IRCv3 whox. */
#include "command/who_reply.h"

#include "base/cleanup.h"
#include "command/reply.h"
#include "world/caps.h"
#include "world/session.h"

/* About whom, for whom. */
struct subject {
	struct call *call;
	const struct who_query *query;
	const struct user *user;
	const struct member *member;
};

static void write_token(const struct subject *subject, struct buffer *out)
{
	buffer_put_text(out, subject->query->token);
}

static void write_channel(const struct subject *subject, struct buffer *out)
{
	buffer_put_text(out, subject->member ? subject->member->channel->name : "*");
}

static void write_user(const struct subject *subject, struct buffer *out)
{
	buffer_put_text(out, subject->user->name);
}

static void write_address(const struct subject *subject, struct buffer *out)
{
	char address[ADDRESS_TEXT_BYTES + 1];

	who_address(subject->user, subject->call->user, address);
	buffer_put_text(out, address);
}

static void write_host(const struct subject *subject, struct buffer *out)
{
	buffer_put_text(out, subject->user->host);
}

static void write_server(const struct subject *subject, struct buffer *out)
{
	buffer_put_text(out, subject->call->world->settings->server_name);
}

static void write_nick(const struct subject *subject, struct buffer *out)
{
	buffer_put_text(out, subject->user->nick);
}

static void write_flags(const struct subject *subject, struct buffer *out)
{
	buffer_put_byte(out, subject->user->away ? 'G' : 'H');
	if (user_is_operator_to(subject->user, subject->call->user))
		buffer_put_byte(out, '*');
	if (subject->member)
		member_prefixes(subject->member->ranks,
			subject->call->session->caps & CAP_MULTI_PREFIX, out);
	if (subject->user->flags & USER_FLAG_BOT)
		buffer_put_byte(out, user_mode_of_flag(USER_FLAG_BOT)->letter);
}

static void write_distance(const struct subject *subject, struct buffer *out)
{
	(void) subject;
	buffer_put_byte(out, '0');
}

static void write_idle(const struct subject *subject, struct buffer *out)
{
	uint64_t idle_ms = subject->call->world->now_ms - subject->user->talked_ms;

	buffer_format(out, "%llu", (unsigned long long) idle_ms / 1000);
}

/* 0 is nobody's account. */
static void write_account(const struct subject *subject, struct buffer *out)
{
	buffer_put_text(out, subject->user->account ? subject->user->account : "0");
}

static void write_rank(const struct subject *subject, struct buffer *out)
{
	(void) subject;
	buffer_put_text(out, "n/a");
}

static void write_realname(const struct subject *subject, struct buffer *out)
{
	buffer_format(out, ":%s", subject->user->realname);
}

/* In the order of 354. */
static const struct {
	uint32_t field;
	void (*write)(const struct subject *subject, struct buffer *out);
} fields[] = {
	{ WHO_FIELD_TOKEN, write_token },
	{ WHO_FIELD_CHANNEL, write_channel },
	{ WHO_FIELD_USER, write_user },
	{ WHO_FIELD_ADDRESS, write_address },
	{ WHO_FIELD_HOST, write_host },
	{ WHO_FIELD_SERVER, write_server },
	{ WHO_FIELD_NICK, write_nick },
	{ WHO_FIELD_FLAGS, write_flags },
	{ WHO_FIELD_DISTANCE, write_distance },
	{ WHO_FIELD_IDLE, write_idle },
	{ WHO_FIELD_ACCOUNT, write_account },
	{ WHO_FIELD_RANK, write_rank },
	{ WHO_FIELD_REALNAME, write_realname },
};

static void put_extended(const struct subject *subject)
{
	struct buffer line = { 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(fields); i++) {
		if (!(subject->query->fields & fields[i].field))
			continue;
		if (line.length)
			buffer_put_byte(&line, ' ');
		fields[i].write(subject, &line);
	}
	reply(subject->call, RPL_WHOSPCRPL, buffer_text(&line));
	buffer_done(&line);
}

static void put_plain(const struct subject *subject)
{
	const struct user *user = subject->user;
	struct buffer flags = { 0 };

	write_flags(subject, &flags);
	reply(subject->call, RPL_WHOREPLY, subject->member ? subject->member->channel->name : "*",
		user->name, user->host, subject->call->world->settings->server_name, user->nick,
		flags.bytes, user->realname);
	buffer_done(&flags);
}

void reply_who(struct call *call, const struct who_query *query, const struct user *user,
	const struct member *member)
{
	const struct subject subject = { call, query, user, member };

	if (query->fields)
		put_extended(&subject);
	else
		put_plain(&subject);
}
