"""What the database is asked of a token, and told of who acts: the texts."""

# Whether what a token says still holds: its account's version, its seat unchanged, and, for a
# seat that a role narrows, the permission. Part of the first statement of every request.
HELD = """
EXISTS (
    SELECT 1 FROM ab_permission_view_role AS held
      JOIN ab_permission_view AS pair ON pair.id = held.permission_view_id
      JOIN ab_permission AS verb ON verb.id = pair.permission_id
      JOIN ab_view_menu AS noun ON noun.id = pair.view_menu_id
     WHERE held.role_id = %(proof_role)s::bigint
       AND verb.name = %(proof_verb)s::text AND noun.name = %(proof_resource)s::text)
"""
PROOF = """
SELECT token.known, token.known AND {granted} AS granted
  FROM (SELECT EXISTS (
    SELECT 1 FROM seat JOIN ab_user ON ab_user.id = seat.user_id
     WHERE seat.id = %(proof_seat)s::bigint AND seat.user_id = %(proof_user)s::bigint
       AND seat.active AND ab_user.active
       AND ab_user.token_version = %(proof_version)s::bigint
       AND seat.kind = %(proof_kind)s::text AND seat.care = %(proof_care)s::boolean
       AND seat.alliance_id IS NOT DISTINCT FROM %(proof_alliance)s::bigint
       AND seat.organization_id IS NOT DISTINCT FROM %(proof_organization)s::bigint
       AND seat.role_id IS NOT DISTINCT FROM %(proof_role)s::bigint
       AND (%(proof_family)s::bigint IS NULL OR EXISTS (
         SELECT 1 FROM token_family AS family
          WHERE family.id = %(proof_family)s::bigint AND family.ended_at IS NULL))
  ) AS known LIMIT 1) AS token
"""
# By whether a role narrows the seat: for most seats four tables less are opened.
PROOFS = {False: PROOF.format(granted="true"), True: PROOF.format(granted=HELD)}
NAMES = 4
NAMING = """
set_config('intreccio.user', %(audit_user)s::text, true),
set_config('intreccio.seat', %(audit_seat)s::text, true),
set_config('intreccio.actor', %(audit_actor)s::text, true),
set_config('intreccio.behalf', %(audit_behalf)s::text, true)
"""
