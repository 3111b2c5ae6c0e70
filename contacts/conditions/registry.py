"""What conditions about contacts may say. Apps above add their words when they start.

registry.register_field(FieldSpec("score.total", ...))
registry.register_leaf("did", Leaf(read_did, describe_did))
"""

from contacts.conditions.vocabulary import Vocabulary

vocabulary = Vocabulary()
register_field = vocabulary.register_field
register_family = vocabulary.register_family
register_leaf = vocabulary.register_leaf
