/* Owns the rows of certificates that are added or removed. */
#include "action/pinning.h"

#include "world/account_rows.h"
#include "world/session.h"

const struct tls_facts *certificate_facts(const struct session *session)
{
	const struct session_extras *extras = session_extras(session);

	return extras->gateway ? NULL : extras->certificate;
}

enum pinning certificate_pinning(
	const struct world *world, const struct account *account, const char *fingerprint)
{
	const struct account *owner = account_find_certificate(world, fingerprint);

	if (owner)
		return owner == account ? PINNING_OWN : PINNING_OTHERS;
	if (account->flags & ACCOUNT_FLAG_OUTSIDE)
		return PINNING_OUTSIDE;
	return account_extras(account)->n_certificates >= world->settings->accounts.certificates
		       ? PINNING_MANY
		       : PINNING_FREE;
}

struct change *certificate_change(
	struct world *world, const struct account_certificate *certificate, bool is_removal)
{
	struct change *change = change_new();
	struct buffer bytes = { 0 };

	change->account = certificate->account->id;
	account_certificate_put(&bytes, certificate);
	change_add_row(world, change,
		(struct store_row){ .table = STORE_TABLE_ACCOUNT_CERTIFICATES,
			.id = change->account,
			.is_removal = is_removal,
			.bytes = bytes.bytes,
			.length = bytes.length });
	buffer_done(&bytes);
	return change;
}
