"""The only room that imports boto3 or speaks HTTP; one file per outside thing, one twin for each seam."""
