/* Certificates and their keys. */
#pragma once

#include "config/draft.h"

/* Add an error for each certificate without a key and each key without a certificate, which then
 * are left out, and a warning if no listener uses the certificates. */
void certificates_check(const struct draft *draft);

/* Append the name under which systemd passes the certificate, or its key, to papod-gate.service:
 * see systemd.exec(5), LoadCredential=. */
void certificate_credential(
	const struct certificate_settings *certificate, bool is_key, struct buffer *out);
