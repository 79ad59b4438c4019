/* Owns the names of units. */
#include "daemon/apply_units.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "config/gate_unit.h"
#include "config/instance.h"
#include "config/socket_unit.h"

void apply_units_init(const char *instance, struct apply_units *ret_units)
{
	struct buffer config = { 0 };

	if (instance)
		buffer_format(&config,
			" --config " SYSCONFDIR "/" INSTANCE_DIRECTORY "/%s/papod.conf", instance);
	else
		buffer_put_text(&config, "");
	*ret_units = (struct apply_units){
		.instance = instance,
		.config = buffer_take(&config),
		.socket = instance_unit(instance, "papod.socket"),
		.service = instance_unit(instance, "papod.service"),
		.socket_dropins = instance_unit(instance, SOCKET_UNIT_DIRECTORY),
		.gate_socket = instance_unit(instance, "papod-gate.socket"),
		.gate_service = instance_unit(instance, "papod-gate.service"),
		.gate_dropins = instance_unit(instance, GATE_UNIT_SOCKET_DIRECTORY),
	};
}

void apply_units_done(struct apply_units *units)
{
	free(units->config);
	free(units->socket);
	free(units->service);
	free(units->socket_dropins);
	free(units->gate_socket);
	free(units->gate_service);
	free(units->gate_dropins);
	*units = (struct apply_units){ 0 };
}
