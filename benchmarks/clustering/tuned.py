"""SetFit (Tunstall et al. 2022), what suggestions are measured against that trains an encoder of its own.

The setfit package, on multilingual-e5-small as it comes: contrastive fine-tuning on pairs of what is coded, then its
logistic head. The codes' names are examples too. So that it ends on two cores, each example is in ten pairs
(`num_iterations` 5; the paper takes 40), the word embeddings are frozen, and the rate is raised.
"""

import os
import tempfile

import numpy as np

from models.suggesting import Learned

PAIRS, RATE, BATCH = 5, 1e-4, 16


def setfit(known: Learned) -> np.ndarray:
    """Return scores of shape (different texts, codes)."""
    import torch
    from datasets import Dataset
    from datasets.utils.logging import disable_progress_bar
    from setfit import SetFitModel, Trainer, TrainingArguments
    from sklearn.linear_model import LogisticRegression

    from models.encoder.bundled import base_encoder

    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    disable_progress_bar()
    said, coded = known.column.said, known.coded
    places = sorted(at for at in known.given if at < len(said))
    phrase, of = np.nonzero(coded.carries)
    examples = {
        "text": [said[places[at]] for at in phrase] + list(coded.codes),
        "label": [*of.tolist(), *range(len(coded.codes))],
    }
    torch.manual_seed(0)
    encoder = base_encoder()
    encoder[0].model.embeddings.requires_grad_(requires_grad=False)
    model = SetFitModel(model_body=encoder, model_head=LogisticRegression(max_iter=500))
    with tempfile.TemporaryDirectory(prefix="rechki-setfit-") as made:
        asked = TrainingArguments(
            output_dir=made,
            num_iterations=PAIRS,
            num_epochs=1,
            batch_size=BATCH,
            body_learning_rate=RATE,
            seed=0,
            report_to="none",
            save_strategy="no",
            logging_strategy="no",
            show_progress_bar=False,
        )
        Trainer(model=model, args=asked, train_dataset=Dataset.from_dict(examples)).train()
    return np.asarray(model.predict_proba(list(said)))
