"""Where templates come from: names, catalogues, repositories, versions."""
