/* Owns the rows of certificates that are added or removed. */
#include "action/pinning.h"

#include "world/account_rows.h"
#include "world/session.h"

const struct tls_facts *certificate_facts(const struct session *session)
{
	const struct session_extras *extras = session_extras(session);

	return extras->gateway ? NULL : extras->certificate;
}

static bool is_unproven(const struct account_certificate *certificate)
{
	return certificate->flags & CERTIFICATE_FLAG_UNPROVEN;
}

/* What another account has only named; NULL: none has. */
static const struct account_certificate *find_squatted(
	const struct world *world, const struct account_certificate *certificate)
{
	const struct account *owner = account_find_certificate(world, certificate->fingerprint);
	const struct account_certificate *other =
		owner && owner != certificate->account
			? account_certificate_of(world, owner, certificate->fingerprint)
			: NULL;

	return other && is_unproven(other) && !is_unproven(certificate) ? other : NULL;
}

enum pinning certificate_pinning(
	const struct world *world, const struct account_certificate *certificate)
{
	const struct account *account = certificate->account;
	const struct account *owner = account_find_certificate(world, certificate->fingerprint);

	if (owner == account)
		return PINNING_OWN;
	if (owner && !find_squatted(world, certificate))
		return PINNING_OTHERS;
	if (account->flags & ACCOUNT_FLAG_OUTSIDE)
		return PINNING_OUTSIDE;
	return account_extras(account)->n_certificates >= world->settings->accounts.certificates
		       ? PINNING_MANY
		       : PINNING_FREE;
}

static void add_certificate_row(struct world *world, struct change *change,
	const struct account_certificate *certificate, bool is_removal)
{
	struct buffer bytes = { 0 };

	account_certificate_put(&bytes, certificate);
	change_add_row(world, change,
		(struct store_row){ .table = STORE_TABLE_ACCOUNT_CERTIFICATES,
			.id = certificate->account->id,
			.is_removal = is_removal,
			.bytes = bytes.bytes,
			.length = bytes.length });
	buffer_done(&bytes);
}

struct change *certificate_change(
	struct world *world, const struct account_certificate *certificate, bool is_removal)
{
	const struct account_certificate *squatted =
		is_removal ? NULL : find_squatted(world, certificate);
	struct change *change = change_new();

	change->account = certificate->account->id;
	if (squatted)
		add_certificate_row(world, change, squatted, true);
	add_certificate_row(world, change, certificate, is_removal);
	return change;
}
