/* Owns what few sessions have. */
#include <stdlib.h>

#include "base/mem.h"
#include "world/auth_token.h"
#include "world/client_batch.h"
#include "world/login.h"
#include "world/session.h"

const struct session_extras session_no_extras = {
	.monitored = LIST_EMPTY(session_no_extras.monitored),
};

struct session_extras *session_need_extras(struct session *session)
{
	if (session->extras)
		return session->extras;
	session->extras = mem_new(sizeof(*session->extras));
	list_init(&session->extras->monitored);
	return session->extras;
}

void session_extras_free(struct session_extras *extras)
{
	if (!extras)
		return;
	free(extras->gateway);
	free(extras->host);
	free(extras->device);
	free(extras->listed);
	free(extras->oper_name);
	free(extras->operator_name);
	free(extras->label);
	free(extras->recall);
	metadata_done(&extras->subscriptions);
	client_batch_free(extras->batch);
	free(extras->certificate);
	login_free(extras->login);
	auth_tokens_free(extras->tokens);
	free(extras);
}

void session_set_label(struct session *session, const char *label, size_t length)
{
	struct session_extras *extras = session_need_extras(session);

	free(extras->label);
	extras->label = label ? mem_text_n(label, length) : NULL;
}

void session_set_label_batch(struct session *session, uint64_t batch)
{
	session_set_label(session, NULL, 0);
	session_need_extras(session)->label_batch = batch;
}

void session_set_oper(struct session *session, const char *name)
{
	mem_set_text(&session_need_extras(session)->oper_name, name);
}

void session_set_recall(struct session *session, const char *recall)
{
	mem_set_text(&session_need_extras(session)->recall, recall);
}

void session_set_batch(struct session *session, struct client_batch *batch)
{
	struct session_extras *extras = session_need_extras(session);

	client_batch_free(extras->batch);
	extras->batch = batch;
}
