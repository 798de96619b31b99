"""What families may do with each field of the records, as « Réglages » keeps it."""

from collections.abc import Mapping

from data.core.errors import UserError, ValidationErrors
from data.core.fields import editables
from data.core.sites import Policy, Site
from data.core.unit_of_work import UnitOfWork
from data.families.models import Guardian, Pupil
from data.site_admin.settings import store_changes


def save(uow: UnitOfWork, policies: Mapping[str, str], required: Mapping[str, bool]) -> dict[str, list[str]]:
    """What families may do with each field of the records, keyed « guardian.phone_home »; ValidationErrors with the keys."""
    uow.manager_only()
    site = uow.get(Site, uow.site_id, lock=True)
    faults, changes = {}, {}
    new_policies, new_required = dict(site.field_policies), dict(site.required_fields)
    for table in (Guardian, Pupil):
        for name, one in editables(table).items():
            key = f"{table.__name__.lower()}.{name}"
            policy = policies.get(key, site.field_policies.get(key, Policy.MODERATED))
            must = required.get(key, site.required_fields.get(key, one.mark.required))
            if policy not in set(Policy):
                faults[key] = UserError("Choisissez une réponse de la liste.")
            elif policy == Policy.IMMEDIATE and one.kind.control == "email":
                faults[key] = UserError("Un e-mail se valide toujours : les mots de passe y sont envoyés.")
            elif must and policy in {Policy.HIDDEN, Policy.READONLY} and not one.mark.required:
                faults[key] = UserError("Un champ que la famille ne peut pas remplir ne peut pas être obligatoire.")
            before = [site.field_policies.get(key, Policy.MODERATED), site.required_fields.get(key, one.mark.required)]
            if before[0] != policy:
                changes[key], new_policies[key] = [str(before[0]), policy], policy
            if before[1] != must:
                changes[f"{key} required"], new_required[key] = [str(before[1]), str(must)], must
    if faults:
        raise ValidationErrors(faults)
    site.field_policies, site.required_fields = new_policies, new_required
    store_changes(uow, site, changes)
    return changes
