/* The units that papod --apply restarts: those of the first papod, or of an instance. */
#pragma once

struct apply_units {
	const char *instance; /* the caller's; NULL: the first papod */
	char *config;	      /* "" or " --config FILE", for messages */
	char *socket, *service;
	char *socket_dropins; /* the directory of drop-ins */
	char *gate_socket, *gate_service;
	char *gate_dropins;
};

void apply_units_init(const char *instance, struct apply_units *ret_units);
void apply_units_done(struct apply_units *units);
