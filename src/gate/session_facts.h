/* What others may know of a finished handshake. */
#pragma once

#include <openssl/ssl.h>

#include "proto/tls_facts.h"

void session_facts(const SSL *ssl, struct tls_facts *ret_facts);
