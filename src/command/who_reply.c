/* Owns the lines of WHO. Modern IRC, "RPL_WHOREPLY (352)"; IRCv3 whox. */
#include "command/who_reply.h"

#include "action/reply.h"
#include "base/cleanup.h"
#include "world/caps.h"
#include "world/session.h"

#define PLAIN_FIELDS                                                                               \
	(WHO_FIELD_CHANNEL | WHO_FIELD_USER | WHO_FIELD_HOST | WHO_FIELD_SERVER | WHO_FIELD_NICK | \
		WHO_FIELD_FLAGS | WHO_FIELD_DISTANCE | WHO_FIELD_REALNAME)

/* A user, and the call that is answered. */
struct subject {
	struct call *call;
	const struct who_query *query;
	const struct user *user;
	const struct member *member;
};

static void write_query_token(const struct subject *subject, struct buffer *out)
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

static void write_subject_address(const struct subject *subject, struct buffer *out)
{
	char address[ADDRESS_TEXT_BYTES + 1];

	who_address(subject->user, subject->call->session, address);
	buffer_put_text(out, address);
}

static void write_subject_host(const struct subject *subject, struct buffer *out)
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
	if (user_is_operator_to(subject->user, subject->call->session))
		buffer_put_byte(out, '*');
	if (subject->member)
		member_prefixes(subject->member->ranks,
			subject->call->session->caps & CAP_MULTI_PREFIX, out);
	if (subject->user->flags & USER_FLAG_BOT)
		buffer_put_byte(out, user_mode_of_flag(USER_FLAG_BOT)->letter);
	/* As UnrealIRCd marks users with their own nick, and InspIRCd too those with TLS. */
	if (subject->user->flags & USER_FLAG_REGISTERED)
		buffer_put_byte(out, 'r');
	if (subject->user->flags & USER_FLAG_SECURE)
		buffer_put_byte(out, 's');
}

static bool is_plain_query(const struct subject *subject)
{
	return !subject->query->fields;
}

/* In 352 the distance begins the last parameter. */
static void write_distance(const struct subject *subject, struct buffer *out)
{
	buffer_put_text(out, is_plain_query(subject) ? ":0" : "0");
}

static void write_idle(const struct subject *subject, struct buffer *out)
{
	uint64_t idle_ms = subject->call->world->now_ms - subject->user->talked_ms;

	buffer_format(out, "%llu", (unsigned long long) idle_ms / 1000);
}

/* "0" means no account. */
static void write_subject_account(const struct subject *subject, struct buffer *out)
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
	if (!is_plain_query(subject))
		buffer_put_byte(out, ':');
	buffer_put_text(out, subject->user->realname);
}

/* In the order of 354, and of 352. */
static const struct {
	uint32_t field;
	void (*write)(const struct subject *subject, struct buffer *out);
} fields[] = {
	{ WHO_FIELD_TOKEN, write_query_token },
	{ WHO_FIELD_CHANNEL, write_channel },
	{ WHO_FIELD_USER, write_user },
	{ WHO_FIELD_ADDRESS, write_subject_address },
	{ WHO_FIELD_HOST, write_subject_host },
	{ WHO_FIELD_SERVER, write_server },
	{ WHO_FIELD_NICK, write_nick },
	{ WHO_FIELD_FLAGS, write_flags },
	{ WHO_FIELD_DISTANCE, write_distance },
	{ WHO_FIELD_IDLE, write_idle },
	{ WHO_FIELD_ACCOUNT, write_subject_account },
	{ WHO_FIELD_RANK, write_rank },
	{ WHO_FIELD_REALNAME, write_realname },
};

static void write_fields(const struct subject *subject, uint32_t wanted, struct buffer *out)
{
	bool is_first = true;

	for (size_t i = 0; i < ARRAY_LENGTH(fields); i++) {
		if (!(wanted & fields[i].field))
			continue;
		if (!is_first)
			buffer_put_byte(out, ' ');
		fields[i].write(subject, out);
		is_first = false;
	}
}

void reply_who(struct call *call, const struct who_query *query, const struct user *user,
	const struct member *member)
{
	const struct subject subject = { call, query, user, member };
	struct fanout fanout;

	if (is_plain_query(&subject))
		write_fields(&subject, PLAIN_FIELDS, reply_begin(&fanout, call, RPL_WHOREPLY, ""));
	else
		write_fields(
			&subject, query->fields, reply_begin(&fanout, call, RPL_WHOSPCRPL, ""));
	reply_end(&fanout, call);
}
